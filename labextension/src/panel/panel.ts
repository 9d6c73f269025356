/** The panel in the right area: a row of tabs, one view each. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { headroomIcon } from './icon.js';
import { IHeadroomPanel } from './tokens.js';
import { ViewsPanel } from './views.js';

/** Which view was in front, for when the page is loaded again. */
const VIEW = 'headroom-jupyter:view';

export const panelPlugin: JupyterFrontEndPlugin<IHeadroomPanel> = {
  id: 'headroom-jupyter:panel',
  description: 'The side panel: what an agent would get from this notebook.',
  autoStart: true,
  provides: IHeadroomPanel,
  optional: [ILayoutRestorer, IStateDB, ITranslator],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, state: IStateDB | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const panel = new ViewsPanel(trans);
    panel.id = 'headroom-panel';
    panel.title.icon = headroomIcon;
    panel.title.caption = trans.__('Headroom: what a model would read');
    app.shell.add(panel, 'right', { rank: 950, type: 'Headroom' });
    restorer?.add(panel, 'headroom-panel');
    let isChosen = false;
    panel.chosen.connect((_, id) => {
      isChosen = true;
      void state?.save(VIEW, id);
    });
    state?.fetch(VIEW).then(
      id => {
        if (typeof id === 'string' && !isChosen) {
          panel.select(id);
        }
      },
      () => undefined // the first view then
    );
    return {
      addView: view => { panel.addView(view); },
      show: id => {
        panel.select(id);
        app.shell.activateById(panel.id);
      }
    };
  }
};
