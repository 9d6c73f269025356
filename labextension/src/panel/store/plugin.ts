/** The store view of the panel. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { HeadroomApi } from '../api.js';
import { IHeadroomPanel } from '../tokens.js';
import { placeOf } from '../ui/document.js';
import { MemoryModel } from './memoryModel.js';
import { StoreModel } from './model.js';
import { StoreView } from './view.js';

export const storePlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:store',
  description: 'The store view: originals and memory of the project.',
  autoStart: true,
  requires: [IHeadroomPanel],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, panel: IHeadroomPanel, translator: ITranslator | null) => {
    const used = translator ?? nullTranslator;
    const trans = used.load('headroom_jupyter');
    const api = new HeadroomApi(app.serviceManager.serverSettings, trans);
    const place = placeOf(app);
    const path = (): string => place.path;
    panel.addView({
      id: 'store',
      label: trans.__('Store'),
      rank: 20,
      create: () =>
        new StoreView({
          model: new StoreModel(api, path),
          memories: new MemoryModel(api, path),
          commands: app.commands,
          trans,
          language: languageOf(used)
        })
    });
  }
};

/** As browsers name languages; English where Lab's is the default. */
function languageOf(translator: ITranslator): string {
  // JupyterLab 4.2 does not tell it.
  const code = (translator as Partial<ITranslator>).languageCode?.replace('_', '-') ?? '';
  return /^[a-z]{2,3}(-\w+)?$/i.test(code) ? code : 'en';
}
