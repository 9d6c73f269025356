import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Row } from '../protocol.js';
import { pieces } from './marks.js';
import type { NotebookContext } from './notebook.js';

interface Props {
  row: Row;
  context: NotebookContext;
  commands: CommandRegistry;
  trans: TranslationBundle;
  stop: number;
}

const COMPARE = 'headroom:compare';

/** What the model reads of one row; its marks lead to the original. */
export function RowDetail({ row, context, commands, trans, stop }: Props): React.JSX.Element {
  const { ref, form, title } = row;
  const { query, level, model } = context.choices;
  const compared = { ref, form, title, document: context.path, query, level, model, row: row.id };
  const canCompare = ref !== null && commands.hasCommand(COMPARE);
  const buttons: [string, string, () => void][] = [];
  if (canCompare) {
    buttons.push(['compare', trans.__('Compare'), () => { void commands.execute(COMPARE, compared); }]);
  }
  if (row.cell_id !== null) {
    buttons.push(['go', trans.__('Go to cell'), () => { void commands.execute('headroom:go-to-cell', { cell: row.cell_id }); }]);
  }
  if (context.isAdded(row.id)) {
    buttons.push(['remove', trans.__('Remove'), () => { void commands.execute('headroom:remove-row', { id: row.id }); }]);
  }
  return (
    <>
      {row.error ? <p className="jp-Headroom-note jp-mod-error">{row.error}</p> : null}
      {row.reason ? <p className="jp-Headroom-note">{row.reason}</p> : null}
      <pre className="jp-Headroom-text" tabIndex={stop} aria-label={trans.__('What a model reads of %1', title)} role="region">
        {pieces(row.preview).map(({ text, mark }, index) => mark && canCompare ? (
          <button key={index} className="jp-Headroom-mark" tabIndex={stop} title={trans.__('Show what was left out')}
            onClick={() => { void commands.execute(COMPARE, { ...compared, marker: text }); }}>
            {text}
          </button>
        ) : <React.Fragment key={index}>{text}</React.Fragment>)}
        {row.chars_after > row.preview.length ? <span className="jp-Headroom-more">{trans.__('… %1 characters more', String(row.chars_after - row.preview.length))}</span> : null}
      </pre>
      <div className="jp-Headroom-actions">
        {buttons.map(([name, label, run]) => (
          <button key={name} className="jp-Headroom-button" tabIndex={stop} onClick={run}>{label}</button>
        ))}
      </div>
    </>
  );
}
