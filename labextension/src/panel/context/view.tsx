import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Drag } from '@lumino/dragdrop';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { Adding } from './adding.js';
import { Header } from './header.js';
import type { ContextModel } from './model.js';
import { Rows } from './rows.js';

const FILES_MIME = 'application/x-jupyter-icontents';

/** What a model would read of the notebook in front, row by row. */
export class ContextView extends ReactWidget {
  constructor(
    private readonly _model: ContextModel,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-Headroom-context');
  }

  focusQuestion(): void {
    this.node.querySelector<HTMLInputElement>('.jp-Headroom-question input')?.focus();
  }

  /** Files of the file browser may be dropped anywhere on it. */
  handleEvent(event: Event): void {
    const drag = event as unknown as Drag.Event;
    const paths: unknown = drag.mimeData.getData(FILES_MIME);
    const context = this._model.current;
    if (!context || !Array.isArray(paths)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.toggleClass('jp-mod-dropTarget', event.type === 'lm-dragenter' || event.type === 'lm-dragover');
    drag.dropAction = drag.proposedAction; // the file browser offers "move" alone; nobody moves the file
    if (event.type === 'lm-drop') {
      for (const path of paths.filter((one): one is string => typeof one === 'string')) {
        void this._commands.execute('headroom:add-file', { path });
      }
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    EVENTS.forEach(name => { this.node.addEventListener(name, this); });
    this._model.watch(this.isVisible); // no "show" comes to what was never hidden
  }

  protected override onBeforeDetach(message: Message): void {
    EVENTS.forEach(name => { this.node.removeEventListener(name, this); });
    this._model.watch(false);
    super.onBeforeDetach(message);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._model.watch(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._model.watch(false);
  }

  protected override render(): React.JSX.Element {
    const [model, commands, trans] = [this._model, this._commands, this._trans];
    return (
      <UseSignal signal={model.changed}>
        {() => {
          const context = model.current;
          if (!context) {
            return <p className="jp-Headroom-empty">{trans.__('Open a notebook to see what a model would read of it.')}</p>;
          }
          return (
            <>
              <Header key={`header ${context.panel.id}`} model={model} context={context} commands={commands} trans={trans} />
              <Rows key={`rows ${context.panel.id}`} context={context} rows={context.rows} commands={commands} trans={trans} />
              <Adding key={`adding ${context.panel.id}`} context={context} commands={commands} trans={trans} />
            </>
          );
        }}
      </UseSignal>
    );
  }
}

const EVENTS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];
