/** Comparisons: `headroom:compare` opens one in the main area. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';

import { HeadroomApi } from '../api.js';
import { headroomIcon } from '../icon.js';
import type { LineRange } from '../protocol.js';
import { IComparisons } from '../tokens.js';
import { CompareModel, type CompareArgs } from './model.js';
import { CompareWidget } from './widget.js';

export const COMPARE_COMMAND = 'headroom:compare';

const ARGS = {
  type: 'object',
  required: ['ref'],
  properties: {
    ref: { type: 'string', description: 'Reference of the original: 12 hexadecimal digits' },
    document: { type: 'string', description: 'Notebook or folder whose project it belongs to; the root if left out' },
    form: { type: 'string', description: 'Which of the texts given out for it; the last if left out' },
    title: { type: 'string', description: 'Title of the tab' },
    marker: { type: 'string', description: 'A marker of the text, whose place in the original is shown' },
    line: { type: 'integer', description: 'A line of the original that is shown' },
    query: { type: 'string', description: 'What was asked; lines that are pinned are asked for in the same way' },
    level: { type: 'string', enum: ['lossless', 'faithful', 'abridged'], description: 'How far to go' },
    model: { type: 'string', description: 'Whose tokens to count' },
    row: { type: 'string', description: 'Row of the context view that it belongs to' }
  }
} as const;

export const comparePlugin: JupyterFrontEndPlugin<IComparisons> = {
  id: 'headroom-jupyter:compare',
  description: 'Before and after side by side, in the main area.',
  autoStart: true,
  provides: IComparisons,
  optional: [ILayoutRestorer, ITranslator],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const api = new HeadroomApi(app.serviceManager.serverSettings, trans);
    const tracker = new WidgetTracker<MainAreaWidget<CompareWidget>>({ namespace: 'headroom-compare' });
    const comparisons = new Comparisons();
    const open = (args: CompareArgs): MainAreaWidget<CompareWidget> => {
      const known = tracker.find(one => isSame(one.content.model.args, args));
      if (known) {
        known.content.showPlace(args.marker, args.line);
        app.shell.activateById(known.id);
        return known;
      }
      const content = new CompareWidget(new CompareModel(api, args), trans);
      content.elsewhere.connect((_, { ref, first_line }) => {
        open({ ref, ...(args.document === undefined ? {} : { document: args.document }), ...(first_line === null ? {} : { line: first_line }) });
      });
      content.pinned.connect((_, pins) => { comparisons.emit(args, pins); });
      const widget = new MainAreaWidget({ content });
      widget.toolbar.hide(); // ours is part of the content
      widget.id = `headroom-compare-${++opened}`;
      widget.title.label = args.title ?? args.ref;
      widget.title.caption = trans.__('Headroom: before and after');
      widget.title.icon = headroomIcon;
      widget.title.closable = true;
      app.shell.add(widget, 'mode' in app.shell ? 'main' : 'down'); // Notebook 7 has room for one widget in the main area
      void tracker.add(widget);
      app.shell.activateById(widget.id);
      return widget;
    };
    app.commands.addCommand(COMPARE_COMMAND, {
      label: trans.__('Compare Before and After'),
      caption: trans.__('Show an original beside what a model reads of it'),
      icon: headroomIcon,
      describedBy: { args: ARGS as unknown as ReadonlyJSONObject },
      isEnabled: args => args.ref === undefined || typeof args.ref === 'string',
      execute: args => open(given(args))
    });
    if (restorer) {
      void restorer.restore(tracker, {
        command: COMPARE_COMMAND,
        args: ({ content }) => content.model.args as unknown as ReadonlyJSONObject,
        name: ({ content }) => nameOf(content.model.args)
      });
    }
    return comparisons;
  }
};

let opened = 0;

/** A form that is null is none in particular. */
function given(args: ReadonlyPartialJSONObject): CompareArgs {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined)) as unknown as CompareArgs;
}

function nameOf({ ref, form = '', document = '' }: CompareArgs): string {
  return `${ref}-${form}-${document}`;
}

function isSame(one: CompareArgs, other: CompareArgs): boolean {
  return nameOf(one) === nameOf(other);
}

class Comparisons implements IComparisons {
  get pinned(): ISignal<IComparisons, { args: CompareArgs; pins: LineRange[] }> {
    return this._pinned;
  }

  emit(args: CompareArgs, pins: LineRange[]): void {
    this._pinned.emit({ args, pins });
  }

  private readonly _pinned = new Signal<IComparisons, { args: CompareArgs; pins: LineRange[] }>(this);
}
