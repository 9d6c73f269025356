/** The commands, each described so that tools can call it, and their place in the palette. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { insertRawCell, goToCell, rowsOfActiveCell } from './context/actions.js';
import { tokens } from './context/format.js';
import type { NotebookContext } from './context/notebook.js';
import { IHeadroomContext } from './context/plugin.js';
import { fileId, variableId } from './context/state.js';
import { headroomIcon } from './icon.js';
import { reasonOf } from './ui/reason.js';

type Args = ReadonlyPartialJSONObject;

interface Entry {
  label: string;
  caption?: string;
  icon?: boolean;
  args?: ReadonlyJSONObject;
  required?: string[];
  isEnabled?: () => boolean;
  isVisible?: () => boolean;
  isToggled?: () => boolean;
  run: (args: Args) => unknown;
  /** Not in the palette: it means nothing without arguments. */
  isHidden?: boolean;
}

/** jupyter-ai 3 and jupyterlab-chat: opens a chat with a message in its input, not sent. */
const CHAT = 'jupyterlab-chat:openWithMessage';
const UNDO_MS = 10_000;

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:commands',
  description: 'Commands of the side panel.',
  autoStart: true,
  requires: [IHeadroomContext],
  optional: [ICommandPalette, IDefaultFileBrowser, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    context: IHeadroomContext,
    palette: ICommandPalette | null,
    files: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const all = { ...contextCommands(app.commands, context, trans), ...rowCommands(context, files, trans) };
    for (const [name, entry] of Object.entries(all)) {
      addCommand(app.commands, `headroom:${name}`, entry);
      if (!entry.isHidden) {
        palette?.addItem({ command: `headroom:${name}`, category: trans.__('Headroom') });
      }
    }
    context.model.changed.connect(() => { app.commands.notifyCommandChanged(); });
  }
};

function addCommand(commands: CommandRegistry, id: string, entry: Entry): void {
  const { label, caption, icon, args = {}, required = [], run, isEnabled, isVisible, isToggled } = entry;
  commands.addCommand(id, {
    label,
    caption: caption ?? label,
    ...(icon && { icon: headroomIcon }),
    ...(isEnabled && { isEnabled }),
    ...(isVisible && { isVisible }),
    ...(isToggled && { isToggled, isToggleable: true }),
    describedBy: { args: { type: 'object', properties: args, required, additionalProperties: false } },
    execute: run
  });
}

/** What is done with the whole context. */
function contextCommands(commands: CommandRegistry, { model, show }: IHeadroomContext, trans: TranslationBundle): Record<string, Entry> {
  const isEnabled = (): boolean => model.current !== null;
  const withText = async (use: (text: string, context: NotebookContext, count: number) => unknown): Promise<string | null> => {
    const context = model.current;
    try {
      const made = context && (await context.text());
      if (context && made) {
        await use(made.text, context, made.tokens);
      }
      return made?.text ?? null;
    } catch (error) {
      Notification.error(trans.__('The context could not be made: %1', reasonOf(error)));
      return null;
    }
  };
  return {
    open: { label: trans.__('Show what a model would read'), icon: true, run: () => { show(false); } },
    ask: { label: trans.__('Ask for what is to be kept'), isEnabled, run: () => { show(true); } },
    refresh: { label: trans.__('Read the notebook again'), isEnabled, run: () => { model.current?.refresh(); } },
    'copy-context': {
      label: trans.__('Copy for the model'),
      caption: trans.__('Copy all included rows, as a model is to get them'),
      isEnabled,
      run: () => withText((text, _, count) => {
        Clipboard.copyToSystem(text);
        Notification.success(trans.__('Copied: %1 tokens.', tokens(count)), { autoClose: 3000 });
      })
    },
    'insert-context': {
      label: trans.__('Insert as cell'),
      caption: trans.__('Insert all included rows as a raw cell below the active one'),
      isEnabled,
      run: () => withText((text, context) => {
        const undo = insertRawCell(context.panel, text);
        undoable(trans, trans.__('Inserted as a cell.'), undo);
      })
    },
    'send-to-chat': {
      label: trans.__('Send to chat'),
      caption: trans.__('Put all included rows into the input of a chat of jupyter-ai'),
      isEnabled,
      isVisible: () => commands.hasCommand(CHAT),
      run: () => withText(async input => {
        await commands.execute(CHAT, { input, inSidePanel: true, autoSend: false });
      })
    },
    'set-question': {
      label: trans.__('Set the question'),
      args: { question: { type: 'string', description: 'What the model is to answer; "" for nothing in particular.' } },
      required: ['question'],
      isHidden: true,
      run: args => { model.current?.choose({ query: text(args.question) }); }
    },
    'set-budget': {
      label: trans.__('Set the budget'),
      args: { tokens: { type: ['integer', 'null'], description: 'Tokens for everything together; null for none.' } },
      required: ['tokens'],
      isHidden: true,
      run: args => { model.current?.choose({ budget: typeof args.tokens === 'number' ? Math.max(0, args.tokens) : null }); }
    },
    'load-extension': {
      label: trans.__('Load it in the kernel'),
      caption: trans.__('Run %load_ext headroom_jupyter in the notebook’s kernel'),
      isEnabled: () => model.current?.panel.sessionContext.session?.kernel?.info !== undefined,
      run: async () => {
        const kernel = model.current?.panel.sessionContext.session?.kernel;
        const code = '%load_ext headroom_jupyter';
        await kernel?.requestExecute({ code, silent: true, store_history: false, stop_on_error: false }).done;
      }
    },
    'toggle-badges': {
      label: trans.__('Show tokens at each cell'),
      isToggled: () => model.settings.values.badges,
      run: () => model.settings.set('badges', !model.settings.values.badges)
    }
  };
}

/** What is done with single rows. */
function rowCommands({ model, show }: IHeadroomContext, files: IDefaultFileBrowser | null, trans: TranslationBundle): Record<string, Entry> {
  const isEnabled = (): boolean => model.current !== null;
  const row = { id: { type: 'string', description: 'Id of the row, such as "variable df".' } };
  return {
    'add-variable': {
      label: trans.__('Add a variable to the context'),
      args: { name: { type: 'string', description: 'Name of a variable in the kernel of the notebook in front.' } },
      required: ['name'],
      isHidden: true,
      run: args => {
        const context = model.current;
        const name = text(args.name);
        if (context && name) {
          context.addVariable(name);
          show(false);
          undoable(trans, trans.__('%1 is added.', name), () => { context.remove(variableId(name)); });
        }
      }
    },
    'add-file': {
      label: trans.__('Add to the model’s context'),
      icon: true,
      args: { path: { type: 'string', description: 'Path from the server’s root; left out: the files selected in the file browser.' } },
      isEnabled,
      isHidden: true,
      run: args => {
        const context = model.current;
        const selected = [...(files?.selectedItems() ?? [])].filter(item => item.type !== 'directory').map(item => item.path);
        const paths = text(args.path) ? [text(args.path)] : selected;
        if (context && paths.length) {
          paths.forEach(path => { context.addFile(path); });
          show(false);
          undoable(trans, trans.__('%1 is added.', paths.join(', ')), () => { paths.forEach(path => { context.remove(fileId(path)); }); });
        }
      }
    },
    'remove-row': {
      label: trans.__('Remove from the context'),
      args: row,
      required: ['id'],
      isHidden: true,
      run: args => {
        const context = model.current;
        const id = text(args.id);
        if (context?.isAdded(id)) {
          const { variables, files: paths } = context.choices;
          context.remove(id);
          undoable(trans, trans.__('Removed: %1', id), () => { context.choose({ variables, files: paths }); });
        }
      }
    },
    'toggle-cell': {
      label: trans.__('Leave the cell out, or take it in again'),
      isEnabled,
      run: () => {
        const context = model.current;
        const ids = context ? rowsOfActiveCell(context) : [];
        if (context && ids.length) {
          const before = context.choices.exclude;
          const isOut = ids.every(id => before.includes(id));
          const others = before.filter(id => !ids.includes(id));
          context.choose({ exclude: isOut ? others : [...others, ...ids] });
          const words = isOut ? trans.__('The cell is in the context again.') : trans.__('The cell is left out of the context.');
          undoable(trans, words, () => { context.choose({ exclude: before }); });
        }
      }
    },
    'keep-cell': {
      label: trans.__('Keep the cell whole, or no longer'),
      isEnabled,
      run: () => {
        const context = model.current;
        const ids = context ? rowsOfActiveCell(context) : [];
        if (context && ids.length) {
          const before = context.choices.whole;
          const isWhole = ids.every(id => before.includes(id));
          const others = before.filter(id => !ids.includes(id));
          context.choose({ whole: isWhole ? others : [...others, ...ids] });
          const words = isWhole ? trans.__('The cell may be made smaller again.') : trans.__('The cell stays whole.');
          undoable(trans, words, () => { context.choose({ whole: before }); });
        }
      }
    },
    'go-to-cell': {
      label: trans.__('Go to the cell'),
      args: { cell: { type: 'string', description: 'Id of a cell of the notebook in front.' } },
      required: ['cell'],
      isHidden: true,
      run: args => model.current && goToCell(model.current.panel, text(args.cell))
    }
  };
}

function undoable(trans: TranslationBundle, message: string, undo: () => void): void {
  Notification.info(message, {
    autoClose: UNDO_MS,
    actions: [{ label: trans.__('Undo'), displayType: 'link', callback: undo }]
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
