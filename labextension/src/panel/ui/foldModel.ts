/** The compressed text as lines with folds where markers stand: pure. */
import type { LineRange, MarkerPlace } from '../protocol.js';

export type Segment = { text: string } | { marker: MarkerPlace };
export interface FoldLine {
  /** Position from 0, for keys. */
  index: number;
  segments: Segment[];
}

/** The lines of a text, each in segments; a marker is a segment of its own. */
export function foldLines(text: string, markers: readonly MarkerPlace[]): FoldLine[] {
  const lines: FoldLine[] = [];
  let next = 0;
  let start = 0;
  for (const line of text.split('\n')) {
    const segments: Segment[] = [];
    let at = start;
    for (let marker = markers[next]; marker && marker.end <= start + line.length; marker = markers[++next]) {
      if (marker.start > at) {
        segments.push({ text: text.slice(at, marker.start) });
      }
      if (marker.start >= at) {
        segments.push({ marker });
        at = marker.end;
      }
    }
    if (at < start + line.length || segments.length === 0) {
      segments.push({ text: text.slice(at, start + line.length) });
    }
    lines.push({ index: lines.length, segments });
    start += line.length + 1;
  }
  return lines;
}

/** Whether a marker says which run of the original it stands for. */
export function hasSource(marker: MarkerPlace): marker is MarkerPlace & { source_start: number; source_end: number } {
  return marker.source_start !== null && marker.source_end !== null && marker.source_end > marker.source_start;
}

/** Ranges with one more, in order, those that touch joined. */
export function withRange(ranges: readonly LineRange[], added: LineRange): LineRange[] {
  const joined: LineRange[] = [];
  for (const [first, last] of [...ranges, added].sort((one, other) => one[0] - other[0])) {
    const before = joined.at(-1);
    if (before && first <= before[1] + 1) {
      before[1] = Math.max(before[1], last);
    } else {
      joined.push([first, last]);
    }
  }
  return joined;
}

/** Ranges without the lines of one; the parts outside it stay. */
export function withoutRange(ranges: readonly LineRange[], [first, last]: LineRange): LineRange[] {
  return ranges.flatMap(([start, end]): LineRange[] => {
    const parts: LineRange[] = [
      [start, Math.min(end, first - 1)],
      [Math.max(start, last + 1), end]
    ];
    return parts.filter(([from, to]) => from <= to);
  });
}
