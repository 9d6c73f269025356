/** Which rows of a long list are drawn: arithmetic only. */

export interface RowWindow {
  /** First row that is drawn, and the one behind the last. */
  first: number;
  end: number;
  /** Heights of what is not drawn, in pixels. */
  before: number;
  after: number;
}

/** Rows to draw for a viewport; `overscan` more at each end, so that scrolling does not show gaps. */
export function rowWindow(total: number, rowHeight: number, top: number, height: number, overscan = 6): RowWindow {
  const from = Math.max(0, Math.min(top, total * rowHeight - height));
  const first = Math.max(0, Math.floor(from / rowHeight) - overscan);
  const end = Math.min(total, Math.ceil((from + Math.max(0, height)) / rowHeight) + overscan);
  return { first, end: Math.max(first, end), before: first * rowHeight, after: (total - Math.max(first, end)) * rowHeight };
}

/** Where to scroll so that a row is in view; the same place if it is. */
export function scrolledTo(row: number, rowHeight: number, top: number, height: number): number {
  const start = row * rowHeight;
  if (start < top) {
    return start;
  }
  return start + rowHeight > top + height ? start + rowHeight - height : top;
}
