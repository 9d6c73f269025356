/** Results in a notebook lead into the panel. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry, type IRenderMime } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { HeadroomApi } from '../api.js';
import { COMPARE_COMMAND } from '../compare/plugin.js';
import { placeOf } from '../ui/document.js';
import { Original } from '../ui/texts.js';
import { MIME, type Comparable } from './payload.js';
import { ResultRenderer } from './renderer.js';

/** Before text/html (50), which every result carries too and which is shown inside. */
const RANK = 40;

export const mimePlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:mime',
  description: 'Shows results in notebooks, with ways into the comparison.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const api = new HeadroomApi(app.serviceManager.serverSettings, trans);
    const place = placeOf(app);
    const compare = async (what: Comparable, marker?: string): Promise<void> => {
      const document = place.path;
      const form = await formOf(new Original(api, what.ref, document), what.after);
      await app.commands.execute(COMPARE_COMMAND, { ref: what.ref, document, title: what.title || what.ref, form, marker: marker ?? null });
    };
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [MIME],
        createRenderer: (options: IRenderMime.IRendererOptions) =>
          new ResultRenderer({
            htmlRenderer: () => htmlRenderer(rendermime, options),
            trans,
            onCompare: (what, marker) => void compare(what, marker)
          })
      },
      RANK
    );
  }
};

/** The form that the result is: of those given out for the original the one with its tokens. */
async function formOf(original: Original, tokens: number): Promise<string | null> {
  try {
    return (await original.forms()).find(form => form.tokens_after === tokens)?.form ?? null;
  } catch {
    return null; // the comparison says why there is none
  }
}

/** With the options of the output: its notebook resolves links and is trusted or not. */
function htmlRenderer(rendermime: IRenderMimeRegistry, options: IRenderMime.IRendererOptions): IRenderMime.IRenderer {
  const factory = rendermime.getFactory('text/html');
  return factory ? factory.createRenderer({ ...options, mimeType: 'text/html' }) : rendermime.createRenderer('text/plain');
}
