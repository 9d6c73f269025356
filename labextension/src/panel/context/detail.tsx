import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { MarkerPlace, Row } from '../protocol.js';
import { Button } from '../ui/button.js';
import { FoldView } from '../ui/foldView.js';
import { Original } from '../ui/texts.js';
import type { NotebookContext } from './notebook.js';

interface Props {
  row: Row;
  context: NotebookContext;
  commands: CommandRegistry;
  trans: TranslationBundle;
  stop: number;
}

const COMPARE = 'headroom:compare';

/** What the model reads of one row; its marks open to what they stand for. */
export function RowDetail({ row, context, commands, trans, stop }: Props): React.JSX.Element {
  const { ref, form, title } = row;
  const { query, level, model } = context.choices;
  const compared = { ref, form, title, document: context.path, query, level, model, row: row.id };
  const run = (command: string, args: Record<string, string | number | null>): void => { void commands.execute(command, args); };
  const open = (marker: MarkerPlace): void => {
    run(COMPARE, marker.ref === ref ? { ...compared, marker: marker.marker } : { ref: marker.ref, document: context.path, line: marker.first_line });
  };
  const buttons: [string, string, () => void][] = [];
  if (ref !== null) {
    buttons.push([trans.__('Compare'), trans.__('Show before and after of %1 side by side', title), () => { run(COMPARE, compared); }]);
  }
  if (row.cell_id !== null) {
    buttons.push([trans.__('Go to cell'), trans.__('Go to the cell of %1', title), () => { run('headroom:go-to-cell', { cell: row.cell_id }); }]);
  }
  if (context.isAdded(row.id)) {
    buttons.push([trans.__('Remove'), trans.__('Remove %1 from the context', title), () => { run('headroom:remove-row', { id: row.id }); }]);
  }
  // Of what was stored the text can be read; the rest is its own original.
  const source = ref !== null && form !== null ? new Original(context.api, ref, context.path) : null;
  const left = row.chars_after - row.preview.length;
  return (
    <>
      {row.error ? <p className="jp-Headroom-note jp-mod-error">{row.error}</p> : null}
      {row.reason ? <p className="jp-Headroom-note">{row.reason}</p> : null}
      <FoldView source={source} form={form} shown={row.preview} label={trans.__('What a model reads of %1', title)} trans={trans} onOpen={open}
        stop={stop} />
      {source === null && left > 0 ? <p className="jp-Headroom-note">{trans.__('… %1 characters more', left.toLocaleString())}</p> : null}
      <div className="jp-Headroom-actions">
        {buttons.map(([text, label, act]) => <Button key={text} text={text} label={label} stop={stop} onClick={act} />)}
      </div>
    </>
  );
}
