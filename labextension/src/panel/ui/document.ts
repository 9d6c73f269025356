/** Which notebook or folder one works on: it decides the project. */
import type { JupyterFrontEnd, LabShell } from '@jupyterlab/application';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { ISignal } from '@lumino/signaling';

export interface Place {
  /** From the server's root; "" is the root. */
  readonly path: string;
  readonly changed: ISignal<unknown, unknown> | null;
}

/** The document in front, or the one that was before there was something else. */
export function placeOf(app: JupyterFrontEnd): Place {
  const shell = app.shell as Partial<Pick<LabShell, 'currentChanged'>> & JupyterFrontEnd['shell'];
  let last = '';
  return {
    get path(): string {
      const widget = shell.currentWidget;
      if (widget instanceof DocumentWidget) {
        last = app.serviceManager.contents.localPath(widget.context.path);
      }
      return last;
    },
    changed: shell.currentChanged ?? null
  };
}
