/** The extension's plugins; each is a file of its own. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { badgesPlugin } from './badges.js';
import { commandsPlugin } from './commands.js';
import { comparePlugin } from './compare/plugin.js';
import { contextPlugin } from './context/plugin.js';
import { mimePlugin } from './mime/plugin.js';
import { panelPlugin } from './panel.js';
import { savingsPlugin } from './savings/plugin.js';
import { statusPlugin } from './status.js';
import { storePlugin } from './store/plugin.js';

const plugins = [panelPlugin, contextPlugin, comparePlugin, commandsPlugin, badgesPlugin, statusPlugin, storePlugin, savingsPlugin, mimePlugin] as JupyterFrontEndPlugin<unknown>[];
export default plugins;
