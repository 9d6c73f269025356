/** Original and compressed text, piece by piece: what is the same, rewritten, left out or added. Goes by spans alone. */
import type { Span } from '../protocol.js';

export type Change = 'same' | 'rewritten' | 'omitted' | 'added';

/** Half-open runs of the original and of the text that stand for each other. */
export interface Piece {
  change: Change;
  sourceStart: number;
  sourceEnd: number;
  start: number;
  end: number;
}

/** Half-open runs that differ, as a merge view takes them. */
export interface Difference {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
}

/** Whole lines of the original that are left out together; offsets of the first line's start and the last line's end. */
export interface Omitted {
  from: number;
  to: number;
  firstLine: number;
  lastLine: number;
}

const MARKER = /<<(?:ccr:[0-9a-f]{12} )?(?:reformatted|(?:same as|changed from) message \d+|image [^<>;\n]{1,300}|(?:(?:lines|rows|chars) )?\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*(?: of \d+)?(?: at [^\n;>]{1,2000})?)(?:; [^\n>]{0,400})?>>/g;
// What a marker may stand in: a comment of any language that code is compressed in, and a line's end.
const COMMENT = /^[\s#/*\-<!>.\u2026"']*$/;
const LONGEST_NOTE = 4000;

/** Pieces in order, neighbours that are the same or added joined. */
export function piecesOf(original: string, text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  for (const [sourceStart, sourceEnd, start, end] of spans) {
    const piece = { change: changeOf(original, text, sourceStart, sourceEnd, start, end), sourceStart, sourceEnd, start, end };
    const last = pieces.at(-1);
    if (last?.change === piece.change && (piece.change === 'same' || piece.change === 'added')) {
      last.sourceEnd = sourceEnd;
      last.end = end;
    } else {
      pieces.push(piece);
    }
  }
  return pieces;
}

function changeOf(original: string, text: string, sourceStart: number, sourceEnd: number, start: number, end: number): Change {
  if (sourceEnd === sourceStart) {
    return 'added';
  }
  const shown = text.slice(start, end);
  if (end - start === sourceEnd - sourceStart && original.slice(sourceStart, sourceEnd) === shown) {
    return 'same';
  }
  return isMarker(shown) ? 'omitted' : 'rewritten';
}

function isMarker(shown: string): boolean {
  return shown.trim() === '' || (shown.length <= LONGEST_NOTE && shown.includes('<<') && COMMENT.test(shown.replace(MARKER, '')));
}

/** What differs, in order and apart from each other, without what the two begin and end with alike. */
export function differencesOf(original: string, text: string, pieces: readonly Piece[]): Difference[] {
  const found: Difference[] = [];
  for (const piece of pieces) {
    if (piece.change === 'same') {
      continue;
    }
    const last = found.at(-1);
    if (last?.toA === piece.sourceStart && last.toB === piece.start) {
      last.toA = piece.sourceEnd;
      last.toB = piece.end;
    } else {
      found.push({ fromA: piece.sourceStart, toA: piece.sourceEnd, fromB: piece.start, toB: piece.end });
    }
  }
  return found.map(one => trimmed(original, text, one)).filter(one => one.toA > one.fromA || one.toB > one.fromB);
}

function trimmed(a: string, b: string, { fromA, toA, fromB, toB }: Difference): Difference {
  while (fromA < toA && fromB < toB && a.charCodeAt(fromA) === b.charCodeAt(fromB)) {
    fromA++;
    fromB++;
  }
  while (toA > fromA && toB > fromB && a.charCodeAt(toA - 1) === b.charCodeAt(toB - 1)) {
    toA--;
    toB--;
  }
  return { fromA, toA, fromB, toB };
}

/** Runs of at least `least` whole lines of the original that the text leaves out. */
export function omittedLines(original: string, pieces: readonly Piece[], least = 4): Omitted[] {
  const found: Omitted[] = [];
  let line = 1;
  let counted = 0;
  for (const [from, end] of omittedRuns(pieces)) {
    const start = from === 0 || original[from - 1] === '\n' ? from : after(original, from);
    const to = end === original.length && original[end - 1] !== '\n' ? end : original.lastIndexOf('\n', end - 1);
    if (to <= start) {
      continue;
    }
    line += ends(original, counted, start);
    counted = start;
    const lines = ends(original, start, to) + 1;
    if (lines >= least) {
      found.push({ from: start, to, firstLine: line, lastLine: line + lines - 1 });
    }
  }
  return found;
}

function omittedRuns(pieces: readonly Piece[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const piece of pieces) {
    if (piece.change !== 'omitted') {
      continue;
    }
    const last = runs.at(-1);
    if (last?.[1] === piece.sourceStart) {
      last[1] = piece.sourceEnd;
    } else {
      runs.push([piece.sourceStart, piece.sourceEnd]);
    }
  }
  return runs;
}

function after(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function ends(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

/** Where in the original the text's offset stands: exact in what is the same, else the piece's beginning. */
export function sourceOffset(pieces: readonly Piece[], offset: number): number {
  const piece = pieceAt(pieces, offset);
  if (piece === undefined) {
    return 0;
  }
  return piece.change === 'same' ? piece.sourceStart + offset - piece.start : piece.sourceStart;
}

function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.end ?? 0) <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return pieces[low] ?? pieces.at(-1);
}
