import React, { useEffect, useLayoutEffect, useRef, useState } from 'react';

import { rowWindow, scrolledTo } from './window.js';

export interface VirtualTableProps {
  label: string;
  head: React.ReactNode;
  columns: number;
  total: number;
  rowHeight: number;
  /** The row that has the focus, from 0. */
  active: number;
  onActive: (row: number) => void;
  /** Rows that are drawn: whoever has the data may have to get it. */
  onWindow: (first: number, end: number) => void;
  /** Cells of a row; null while they are not there. */
  cells: (row: number) => React.ReactNode;
  isSelected: (row: number) => boolean;
  /** A key that the table itself has no use for. */
  onKey: (event: React.KeyboardEvent, row: number) => void;
  onOpen: (row: number) => void;
}

/** A table of any length, of which the rows in view are drawn; arrow keys walk over all of them. */
export function VirtualTable(props: VirtualTableProps): React.JSX.Element {
  const { label, head, columns, total, rowHeight, active, onActive, onWindow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  const [view, setView] = useState({ top: 0, height: 400 });
  const measure = (): void => {
    const node = scroller.current;
    if (node) {
      setView({ top: node.scrollTop, height: node.clientHeight });
    }
  };
  useLayoutEffect(() => {
    const node = scroller.current;
    if (!node) {
      return undefined;
    }
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    measure();
    return () => { observer.disconnect(); };
  }, []);
  const { first, end, before, after } = rowWindow(total, rowHeight, view.top, view.height);
  useEffect(() => { onWindow(first, end); }, [first, end, total]);
  useLayoutEffect(() => {
    if (hasFocus.current) {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)?.focus({ preventScroll: true });
    }
  }, [active, first]);
  const move = (row: number): void => {
    const node = scroller.current;
    const next = Math.max(0, Math.min(total - 1, row));
    if (node && total > 0) {
      // The header stands over the first row.
      const header = node.querySelector('thead')?.clientHeight ?? 0;
      node.scrollTop = scrolledTo(next, rowHeight, node.scrollTop, node.clientHeight - header);
      measure();
      onActive(next);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: total - 1
    };
    const to = steps[event.key];
    if (!(event.target instanceof HTMLTableRowElement)) {
      return;
    }
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      props.onOpen(active);
    } else {
      props.onKey(event, active);
    }
  };
  const rows = Array.from({ length: end - first }, (_, index) => first + index);
  return (
    <div
      ref={scroller}
      className="jp-Headroom-tableScroller"
      onScroll={measure}
      onFocus={() => { hasFocus.current = true; }}
      onBlur={event => { hasFocus.current = scroller.current?.contains(event.relatedTarget) ?? false; }}
    >
      <table role="grid" aria-label={label} aria-rowcount={total + 1} aria-colcount={columns} onKeyDown={onKeyDown}>
        <thead>{head}</thead>
        <tbody>
          {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
          {rows.map(row => (
            <tr
              key={row}
              data-row={row}
              style={{ height: rowHeight }}
              tabIndex={row === Math.max(first, Math.min(active, end - 1)) ? 0 : -1}
              aria-rowindex={row + 2}
              aria-selected={props.isSelected(row)}
              onClick={() => { onActive(row); }}
              onDoubleClick={() => { props.onOpen(row); }}
              onFocus={event => { if (event.target === event.currentTarget && row !== active) { onActive(row); } }}
            >
              {props.cells(row)}
            </tr>
          ))}
          {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}
