/** What the panel does to a notebook. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { NotebookContext } from './notebook.js';

/**
 * Inserts a raw cell below the active one: neither run nor rendered, whatever is in it.
 *
 * @returns takes it out again, wherever it stands by then.
 */
export function insertRawCell(panel: NotebookPanel, source: string): () => void {
  const notebook = panel.content;
  const shared = panel.context.model.sharedModel;
  const index = notebook.activeCellIndex + 1;
  const { id } = shared.insertCell(index, { cell_type: 'raw', source, metadata: {} }).toJSON();
  notebook.activeCellIndex = index;
  return () => {
    const at = shared.cells.findIndex(cell => cell.id === id);
    if (at >= 0) {
      shared.deleteCell(at);
    }
  };
}

/** Brings a cell into sight and makes it the active one. */
export async function goToCell(panel: NotebookPanel, id: string): Promise<void> {
  const index = panel.content.widgets.findIndex(cell => cell.model.id === id);
  if (index >= 0) {
    panel.content.activeCellIndex = index;
    await panel.content.scrollToItem(index, 'center');
    panel.content.node.focus();
  }
}

/** Ids of the rows that the active cell, or the selected cells, became. */
export function rowsOfActiveCell(context: NotebookContext): string[] {
  const notebook = context.panel.content;
  const chosen = notebook.widgets.filter(cell => notebook.isSelectedOrActive(cell)).map(cell => cell.model.id);
  return context.rows.filter(row => row.cell_id !== null && chosen.includes(row.cell_id)).map(row => row.id);
}
