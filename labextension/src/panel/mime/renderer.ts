import type { IRenderMime } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import { visible } from '../ui/visible.js';
import { comparables, headline, isMarker, MIME, preview, type Comparable } from './payload.js';

export interface RendererOptions {
  /** Makes the renderer of the page that the same output carries. */
  htmlRenderer: () => IRenderMime.IRenderer;
  trans: TranslationBundle;
  onCompare: (what: Comparable, marker?: string) => void;
}

const HTML = 'text/html';
const MOST_MARKS = 500;

/** A result: the page it brings, sanitized by Lab, and the ways from it into the panel. */
export class ResultRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(private readonly _options: RendererOptions) {
    super();
    this.addClass('jp-Headroom-result');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    for (const widget of [...this.widgets]) {
      widget.dispose();
    }
    const data = model.data[MIME];
    const found = comparables(data);
    if (found.length > 0) {
      this.addWidget(this._bar(found));
    }
    if (typeof model.data[HTML] === 'string') {
      const page = this._options.htmlRenderer();
      this.addWidget(page);
      await page.renderModel(model);
      this._linkMarks(page.node, found);
    } else {
      this.addWidget(plain([headline(data), preview(data)].filter(Boolean).join('\n')));
    }
  }

  private _bar(found: Comparable[]): Widget {
    const bar = new Widget();
    const { trans } = this._options;
    bar.addClass('jp-Headroom-resultBar');
    bar.node.setAttribute('role', 'group');
    bar.node.setAttribute('aria-label', trans.__('Compare before and after'));
    for (const one of found) {
      const label = found.length === 1 ? trans.__('Compare') : trans.__('Compare %1', one.title);
      bar.node.append(this._button(label, trans.__('Show before and after side by side'), one));
    }
    return bar;
  }

  /** Marks open on the page itself, and from there at their place in the original. */
  private _linkMarks(page: HTMLElement, found: Comparable[]): void {
    const { trans } = this._options;
    const marks = [...page.querySelectorAll('details > summary')].slice(0, MOST_MARKS);
    for (const summary of marks) {
      const marker = (summary.textContent ?? '').trim();
      const ref = /^<<ccr:([0-9a-f]{12})/.exec(marker)?.[1];
      const whose = ref === undefined ? found : found.filter(one => one.ref === ref);
      if (isMarker(marker) && whose.length === 1 && whose[0]) {
        summary.after(this._button(trans.__('At its place'), trans.__('Show at its place in the original'), whose[0], marker));
      }
    }
  }

  private _button(text: string, title: string, what: Comparable, marker?: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-Headroom-button';
    button.textContent = text;
    button.title = title;
    button.addEventListener('click', () => { this._options.onCompare(what, marker); });
    return button;
  }
}

function plain(text: string): Widget {
  const widget = new Widget({ node: document.createElement('pre') });
  widget.node.textContent = visible(text);
  return widget;
}
