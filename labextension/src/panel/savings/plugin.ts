/** The savings view of the panel. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { HeadroomApi } from '../api.js';
import { IHeadroomPanel } from '../tokens.js';
import { placeOf } from '../ui/document.js';
import { SavingsModel } from './model.js';
import { SavingsView } from './view.js';

export const savingsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:savings',
  description: 'The savings view: tokens before and after, over time, by compressor and by notebook.',
  autoStart: true,
  requires: [IHeadroomPanel, IRenderMimeRegistry],
  optional: [IThemeManager, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IHeadroomPanel,
    rendermime: IRenderMimeRegistry,
    themes: IThemeManager | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const api = new HeadroomApi(app.serviceManager.serverSettings, trans);
    const place = placeOf(app);
    panel.addView({
      id: 'savings',
      label: trans.__('Savings'),
      rank: 30,
      create: () => new SavingsView({ model: new SavingsModel(api, () => place.path), rendermime, themes, trans })
    });
  }
};
