/** The extension's plugins; each is a file of its own. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { badgesPlugin } from './badges.js';
import { commandsPlugin } from './commands.js';
import { comparePlugin } from './compare/plugin.js';
import { contextPlugin } from './context/plugin.js';
import { panelPlugin } from './panel.js';
import { statusPlugin } from './status.js';

const plugins = [panelPlugin, contextPlugin, comparePlugin, commandsPlugin, badgesPlugin, statusPlugin] as JupyterFrontEndPlugin<unknown>[];
export default plugins;
