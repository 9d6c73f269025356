/** The extension's plugins; each is a file of its own. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { panelPlugin } from './panel.js';

const plugins: JupyterFrontEndPlugin<unknown>[] = [panelPlugin];
export default plugins;
