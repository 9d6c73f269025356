import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Variable } from '../protocol.js';
import type { NotebookContext } from './notebook.js';

interface Props {
  context: NotebookContext;
  commands: CommandRegistry;
  trans: TranslationBundle;
}

/** The kernel's variables, each to be added; asked for when it is unfolded and the kernel did something. */
export function Adding({ context, commands, trans }: Props): React.JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  const [variables, setVariables] = React.useState<Variable[] | null>(null);
  const [error, setError] = React.useState('');
  const load = (): void => {
    setError('');
    context.variables().then(setVariables, (reason: unknown) => { setError(reason instanceof Error ? reason.message : String(reason)); });
  };
  React.useEffect(() => {
    if (isOpen && context.link === 'open') {
      load();
    }
  }, [isOpen, context.link, context.rows.length]);
  return (
    <details className="jp-Headroom-adding" onToggle={event => { setOpen(event.currentTarget.open); }}>
      <summary>{trans.__('Add variables and files')}</summary>
      <p className="jp-Headroom-note">{trans.__('Files: drag them here from the file browser, or use their context menu.')}</p>
      {context.link === 'open' ? (
        <>
          {error ? <p className="jp-Headroom-note jp-mod-error">{error}</p> : null}
          {variables?.length === 0 ? <p className="jp-Headroom-note">{trans.__('The kernel has no variables yet.')}</p> : null}
          <ul>
            {(variables ?? []).map(variable => (
              <li key={variable.name}>
                <button className="jp-Headroom-variable" title={`${variable.type} ${variable.summary}`}
                  aria-label={trans.__('Add %1', variable.name)}
                  onClick={() => { void commands.execute('headroom:add-variable', { name: variable.name }); }}>
                  <span className="jp-Headroom-name">{variable.name}</span>
                  <span className="jp-Headroom-type">{variable.summary || variable.type}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className="jp-Headroom-note">{trans.__('Variables are listed when the kernel has headroom_jupyter loaded.')}</p>
      )}
    </details>
  );
}
