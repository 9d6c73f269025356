/** Finding a word in both texts: pure. */
import { sourceOffset, type Piece } from './pieces.js';

export type Side = 'before' | 'after';

export interface Hit {
  side: Side;
  from: number;
  to: number;
}

/** More than anybody steps through; the count then says "and more". */
export const MOST_HITS = 10_000;

/** Where a word stands, upper and lower case alike. */
export function occurrences(text: string, word: string): number[] {
  const low = text.toLowerCase();
  // A letter whose lower case is two would shift the offsets.
  const [hay, needle] = low.length === text.length ? [low, word.toLowerCase()] : [text, word];
  const found: number[] = [];
  if (needle === '') {
    return found;
  }
  for (let at = hay.indexOf(needle); at >= 0 && found.length < MOST_HITS; at = hay.indexOf(needle, at + needle.length)) {
    found.push(at);
  }
  return found;
}

/** Hits of both sides in the order in which they stand beside each other. */
export function hitsOf(original: string, text: string, word: string, pieces: readonly Piece[]): Hit[] {
  const placed: { hit: Hit; at: number }[] = [];
  for (const from of occurrences(original, word)) {
    placed.push({ hit: { side: 'before', from, to: from + word.length }, at: from });
  }
  for (const from of occurrences(text, word)) {
    placed.push({ hit: { side: 'after', from, to: from + word.length }, at: sourceOffset(pieces, from) });
  }
  return placed.sort((one, other) => one.at - other.at).map(one => one.hit);
}
