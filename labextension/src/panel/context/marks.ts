/** Text as it can be shown: taken apart at what looks like a mark, invisible characters made visible; pure. */
import { visible } from '../ui/visible.js';

export interface Piece {
  text: string;
  mark: boolean;
}

const MARK = /<<(?:ccr:[0-9a-f]{12} [^<>\n]{1,400}|[\d,-]{1,60})>>/g;
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    if (match.index > at) {
      found.push({ text: visible(text.slice(at, match.index)), mark: false });
    }
    found.push({ text: match[0], mark: true });
    at = match.index + match[0].length;
  }
  return at < text.length ? [...found, { text: visible(text.slice(at)), mark: false }] : found;
}
