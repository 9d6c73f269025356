import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Row } from '../protocol.js';
import { saved, tokens } from './format.js';
import type { NotebookContext } from './notebook.js';
import { RowDetail } from './detail.js';

interface Props {
  context: NotebookContext;
  rows: readonly Row[];
  commands: CommandRegistry;
  trans: TranslationBundle;
}

/** A grid of rows: one stop for the tab key, arrows within it. */
export function Rows({ context, rows, commands, trans }: Props): React.JSX.Element {
  const [currentId, setCurrent] = React.useState('');
  const [opened, setOpened] = React.useState<ReadonlySet<string>>(new Set());
  const grid = React.useRef<HTMLDivElement>(null);
  const current = rows.some(row => row.id === currentId) ? currentId : (rows[0]?.id ?? '');
  const toggle = React.useCallback((id: string): void => {
    setOpened(before => new Set(before.has(id) ? [...before].filter(one => one !== id) : [...before, id]));
  }, []);
  const goTo = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row) {
      setCurrent(row.id);
      grid.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const row = rows.find(one => one.id === target.dataset.row);
    if (row && !event.ctrlKey && !event.metaKey && !event.altKey && act(event.key, row)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const act = (key: string, row: Row): boolean => {
    const index = rows.indexOf(row);
    const acts: Record<string, () => void> = {
      ArrowDown: () => { goTo(index + 1); },
      ArrowUp: () => { goTo(index - 1); },
      Home: () => { goTo(0); },
      End: () => { goTo(rows.length - 1); },
      Enter: () => { toggle(row.id); },
      ' ': () => { context.include(row.id, context.choices.exclude.includes(row.id)); },
      p: () => { context.keepWhole(row.id, !context.choices.whole.includes(row.id)); },
      Delete: () => { if (context.isAdded(row.id)) { void commands.execute('headroom:remove-row', { id: row.id }); } }
    };
    acts[key]?.();
    return key in acts;
  };
  if (rows.length === 0) {
    const words = context.origin === null ? trans.__('Reading the notebook…') : trans.__('Nothing here that a model could read yet.');
    return <p className="jp-Headroom-empty">{words}</p>;
  }
  return (
    <div className="jp-Headroom-grid" role="grid" aria-label={trans.__('What a model would read')} aria-rowcount={rows.length + 1}
      ref={grid} onKeyDown={onKeyDown}>
      <div role="row" className="jp-Headroom-row jp-Headroom-head">
        {heads(trans).map(([name, words]) => <span key={name} role="columnheader" className={`jp-Headroom-${name}`}>{words}</span>)}
      </div>
      {rows.map(row => (
        <OneRow key={row.id} row={row} context={context} commands={commands} trans={trans} isCurrent={row.id === current}
          isOpen={opened.has(row.id)} isIncluded={!context.choices.exclude.includes(row.id)}
          isWhole={context.choices.whole.includes(row.id)} toggle={toggle} setCurrent={setCurrent} />
      ))}
    </div>
  );
}

function heads(trans: TranslationBundle): [string, string][] {
  return [
    ['include', trans.__('In')],
    ['title', trans.__('Part')],
    ['kind', trans.__('Kind')],
    ['tokens', trans.__('Tokens')],
    ['share', trans.__('Saved')],
    ['fidelity', trans.__('Fidelity')],
    ['tools', trans.__('Whole')]
  ];
}

interface RowProps {
  row: Row;
  context: NotebookContext;
  commands: CommandRegistry;
  trans: TranslationBundle;
  isCurrent: boolean;
  isOpen: boolean;
  isIncluded: boolean;
  isWhole: boolean;
  toggle: (id: string) => void;
  setCurrent: (id: string) => void;
}

// One change redraws one row, not four hundred.
const OneRow = React.memo(function OneRow(props: RowProps): React.JSX.Element {
  const { row, context, commands, trans, isCurrent, isOpen, isIncluded, isWhole, toggle, setCurrent } = props;
  const stop = isCurrent ? 0 : -1;
  const classes = `jp-Headroom-row${isIncluded ? '' : ' jp-mod-excluded'}${row.error ? ' jp-mod-error' : ''}`;
  return (
    <div role="row" className={classes} data-row={row.id} tabIndex={stop} onFocus={() => { setCurrent(row.id); }}>
      <span role="gridcell" className="jp-Headroom-include">
        <input type="checkbox" tabIndex={stop} checked={isIncluded} aria-label={trans.__('Include %1', row.title)}
          onChange={event => { context.include(row.id, event.target.checked); }} />
      </span>
      <span role="gridcell" className="jp-Headroom-title">
        <button tabIndex={stop} aria-expanded={isOpen} title={row.reason || row.title} onClick={() => { toggle(row.id); }}>
          <span aria-hidden="true" className="jp-Headroom-twisty" />
          {row.title}
        </button>
      </span>
      <span role="gridcell" className="jp-Headroom-kind" title={row.compressor}>{row.error ? trans.__('not read') : row.kind || trans.__('text')}</span>
      <span role="gridcell" className="jp-Headroom-tokens">
        {row.is_estimate ? '≈ ' : ''}
        {row.tokens_before === row.tokens_after ? tokens(row.tokens_after) : `${tokens(row.tokens_before)} → ${tokens(row.tokens_after)}`}
      </span>
      <span role="gridcell" className="jp-Headroom-share">
        {row.tokens_after < row.tokens_before ? saved(row.tokens_before, row.tokens_after) : '–'}
      </span>
      <span role="gridcell" className={`jp-Headroom-fidelity jp-mod-${row.fidelity}`}>{row.fidelity}</span>
      <span role="gridcell" className="jp-Headroom-tools">
        <button tabIndex={stop} className="jp-Headroom-pin" aria-pressed={isWhole} aria-label={trans.__('Keep %1 whole', row.title)}
          title={trans.__('Keep it whole')} onClick={() => { context.keepWhole(row.id, !isWhole); }}>
          {/* a pin */}
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M5 1h6v1l-1 1v4l2 2v1H8.7L8 15l-.7-5H4V9l2-2V3L5 2z" /></svg>
        </button>
      </span>
      {isOpen ? (
        <div role="gridcell" className="jp-Headroom-detail">
          <RowDetail row={row} context={context} commands={commands} trans={trans} stop={stop} />
        </div>
      ) : null}
    </div>
  );
});
