/** Text as it can be shown: taken apart at what looks like a mark, invisible characters made visible; pure. */

export interface Piece {
  text: string;
  mark: boolean;
}

const MARK = /<<(?:ccr:[0-9a-f]{12} [^<>\n]{1,400}|[\d,-]{1,60})>>/g;
/** Controls but tab and line end, marks that turn the direction of writing, and characters without width. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]/g;

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

export function visible(text: string): string {
  return text.replace(HIDDEN, character => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
