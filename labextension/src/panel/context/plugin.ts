/** The Context view, and what other plugins need of it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { HeadroomApi } from '../api.js';
import { PanelSettings } from '../settings.js';
import { IComparisons, IHeadroomPanel } from '../tokens.js';
import { ContextModel } from './model.js';
import { ContextView } from './view.js';

export interface IHeadroomContext {
  model: ContextModel;
  /** Opens the view; with the cursor in the question if that is wanted. */
  show(isAsking: boolean): void;
}

export const IHeadroomContext = new Token<IHeadroomContext>(
  'headroom-jupyter:IHeadroomContext',
  'What a model would read of each open notebook.'
);

const SETTINGS = 'headroom-jupyter:panel';

export const contextPlugin: JupyterFrontEndPlugin<IHeadroomContext> = {
  id: 'headroom-jupyter:context',
  description: 'The Context view: the notebook as a model would get it.',
  autoStart: true,
  provides: IHeadroomContext,
  requires: [IHeadroomPanel, INotebookTracker],
  optional: [ISettingRegistry, IStateDB, ITranslator, IComparisons],
  activate: (
    app: JupyterFrontEnd,
    panel: IHeadroomPanel,
    tracker: INotebookTracker,
    registry: ISettingRegistry | null,
    state: IStateDB | null,
    translator: ITranslator | null,
    comparisons: IComparisons | null
  ) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const settings = new PanelSettings();
    registry?.load(SETTINGS).then(found => { settings.use(found); }, () => undefined); // the usual settings then
    const api = new HeadroomApi(app.serviceManager.serverSettings, trans);
    const model = new ContextModel(tracker, api, settings, state, trans);
    comparisons?.pinned.connect((_, { args, pins }) => {
      const context = model.current;
      if (args.row && context?.path === args.document) {
        context?.pin(args.row, pins);
      }
    });
    let view: ContextView | null = null;
    const create = (): ContextView => (view = new ContextView(model, app.commands, trans));
    panel.addView({ id: 'context', label: trans.__('Context'), rank: 10, create });
    const show = (isAsking: boolean): void => {
      panel.show('context');
      if (isAsking) {
        requestAnimationFrame(() => { view?.focusQuestion(); });
      }
    };
    return { model, show };
  }
};
