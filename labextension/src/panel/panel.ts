/** The panel in the right area: a row of tabs, one view each. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { headroomIcon } from './icon.js';
import { IHeadroomPanel } from './tokens.js';
import { ViewsPanel } from './views.js';

export const panelPlugin: JupyterFrontEndPlugin<IHeadroomPanel> = {
  id: 'headroom-jupyter:panel',
  description: 'The side panel: what an agent would get from this notebook.',
  autoStart: true,
  provides: IHeadroomPanel,
  optional: [ILayoutRestorer, ITranslator],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const panel = new ViewsPanel(trans);
    panel.id = 'headroom-panel';
    panel.title.icon = headroomIcon;
    panel.title.caption = trans.__('Headroom: what a model would read');
    app.shell.add(panel, 'right', { rank: 950, type: 'Headroom' });
    restorer?.add(panel, 'headroom-panel');
    return {
      addView: view => { panel.addView(view); },
      show: id => {
        panel.select(id);
        app.shell.activateById(panel.id);
      }
    };
  }
};
