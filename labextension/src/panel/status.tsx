/** In the status bar: what the notebook in front costs, against the model's window. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { percent, tokens } from './context/format.js';
import type { ContextModel } from './context/model.js';
import { IHeadroomContext } from './context/plugin.js';
import { short } from './ui/figures.js';

export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:status',
  description: 'The notebook’s tokens in the status bar.',
  autoStart: true,
  requires: [IHeadroomContext],
  optional: [IStatusBar, ITranslator],
  activate: (app: JupyterFrontEnd, { model }: IHeadroomContext, bar: IStatusBar | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const isActive = (): boolean => model.settings.values.statusBar && figures(model) !== null;
    void model.loadPrices();
    bar?.registerStatusItem('headroom-jupyter:status', {
      item: new StatusItem(model, app.commands, trans),
      align: 'right',
      rank: 2,
      isActive,
      activeStateChanged: model.changed as never // of another sender, which nobody looks at
    });
  }
};

interface Figures {
  before: number;
  after: number;
  isEstimate: boolean;
  model: string;
  window: number | null;
}

function figures(model: ContextModel): Figures | null {
  const context = model.current;
  if (!context?.origin) {
    return null;
  }
  const { choices } = context;
  return { ...context.totals, model: choices.model, window: model.knownModel(choices.model)?.window ?? null };
}

class StatusItem extends ReactWidget {
  constructor(
    private readonly _model: ContextModel,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-Headroom-status');
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this._model.changed}>
        {() => {
          const found = figures(this._model);
          return found && <Item found={found} commands={this._commands} trans={this._trans} />;
        }}
      </UseSignal>
    );
  }
}

function Item({ found, commands, trans }: { found: Figures; commands: CommandRegistry; trans: TranslationBundle }): React.JSX.Element {
  const { before, after, isEstimate, model, window } = found;
  const count = `${isEstimate ? '≈ ' : ''}${short(before)} → ${short(after)}`;
  const words = window === null ? trans.__('%1 tokens', count) : trans.__('%1 of %2 tokens', count, short(window));
  const title = window === null
    ? trans.__('%1 → %2 tokens for %3, whose window is not known', tokens(before), tokens(after), model)
    : trans.__('%1 → %2 tokens: %3 of the window of %4', tokens(before), tokens(after), percent(after / window), model);
  return (
    <button className="jp-Headroom-statusButton" title={title} onClick={() => { void commands.execute('headroom:open'); }}>
      {words}
    </button>
  );
}
