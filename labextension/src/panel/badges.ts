/** At each cell what a model would pay for it, code, text and images apart: before → after. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Cell } from '@jupyterlab/cells';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { tokens } from './context/format.js';
import type { NotebookContext } from './context/notebook.js';
import { IHeadroomContext } from './context/plugin.js';
import type { CellTokens } from './context/state.js';
import { short } from './ui/figures.js';

const CLASS = 'jp-Headroom-badge';

export const badgesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'headroom-jupyter:badges',
  description: 'Tokens at each cell of a notebook.',
  autoStart: true,
  requires: [IHeadroomContext],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, { model }: IHeadroomContext, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('headroom_jupyter');
    const shown = new Map<NotebookContext, readonly CellTokens[]>();
    const show = (context: NotebookContext): void => {
      const cells = model.settings.values.badges ? context.cells : [];
      if (shown.get(context) !== cells && !context.isDisposed) {
        shown.set(context, cells);
        showBadges(context, cells, trans);
      }
    };
    model.notebookChanged.connect((_, context) => { show(context); });
    model.settings.changed.connect(() => { [...shown.keys()].forEach(show); });
    model.tracker.widgetAdded.connect((_, panel) => {
      const context = model.of(panel);
      panel.disposed.connect(() => { shown.delete(context); });
    });
  }
};

function showBadges(context: NotebookContext, cells: readonly CellTokens[], trans: TranslationBundle): void {
  const counts = new Map(cells.map(cell => [cell.cell_id, cell]));
  for (const cell of context.panel.content.widgets) {
    showBadge(cell, counts.get(cell.model.id), trans);
  }
}

/** The node stays and its words change: four hundred cells take a few milliseconds. */
function showBadge(cell: Cell, counts: CellTokens | undefined, trans: TranslationBundle): void {
  let badge = cell.node.querySelector<HTMLElement>(`:scope > .${CLASS}`);
  const parts = counts ? partsOf(counts, trans) : [];
  if (parts.length === 0) {
    badge?.remove();
    return;
  }
  if (!badge) {
    badge = document.createElement('div');
    badge.className = CLASS;
    badge.setAttribute('role', 'note');
    cell.node.append(badge);
  }
  const words = parts.map(part => part.short).join(' · ');
  if (badge.textContent !== words) {
    badge.textContent = words;
    badge.title = parts.map(part => part.long).join('\n');
    badge.setAttribute('aria-label', parts.map(part => part.long).join(', '));
  }
}

function partsOf(counts: CellTokens, trans: TranslationBundle): { short: string; long: string }[] {
  const names = { code: trans.__('code'), text: trans.__('text'), image: trans.__('image') };
  return (['code', 'text', 'image'] as const).flatMap(part => {
    const { before, after } = counts[part];
    if (before === 0) {
      return [];
    }
    const [few, many] = before === after ? [short(after), tokens(after)] : [`${short(before)} → ${short(after)}`, `${tokens(before)} → ${tokens(after)}`];
    return [{ short: `${names[part]} ${few}`, long: trans.__('%1: %2 tokens', names[part], many) }];
  });
}
