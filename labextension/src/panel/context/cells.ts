/**
 * The open notebook as it is now: its cells by reference, and the texts that they refer to.
 *
 * A text is named by its cell and by a number that grows with each change, and is made only when somebody asks.
 */
import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';

import type { CellReference } from '../protocol.js';

interface Versions {
  source: number;
  /** Of outputs that have not changed since the cell was first seen. */
  first: number;
  outputs: number[];
}

// Another page, and the same one after a reload, must not use the same names for other texts.
const page = Math.random().toString(36).slice(2);
let lastVersion = 0;

export class NotebookCells {
  constructor(readonly model: INotebookModel) {
    this._cells = model.cells;
    this._cells.changed.connect(this._onCells, this);
    this._onCells();
  }

  dispose(): void {
    this._cells.changed.disconnect(this._onCells, this); // the model, disposed before, has them no more
    for (const stop of this._watched.values()) {
      stop();
    }
    this._watched.clear();
  }

  references(): CellReference[] {
    return this._each(cell => {
      const versions = this._versionsOf(cell);
      const count = isCode(cell) ? cell.outputs.length : 0;
      return {
        id: cell.id,
        cell_type: cell.type as CellReference['cell_type'],
        execution_count: isCode(cell) ? cell.executionCount : null,
        source: `${page} ${cell.id} s${versions.source}`,
        outputs: Array.from({ length: count }, (_, index) => `${page} ${cell.id} o${index}.${outputVersion(versions, index)}`)
      };
    });
  }

  /** The text of a key of `references`; null when it has changed since. */
  text(key: string): string | null {
    const match = /^\S+ (.*) ([so])([\d.]+)$/.exec(key);
    const cell = this._each(one => one).find(one => one.id === match?.[1]);
    if (!match || !cell) {
      return null;
    }
    const versions = this._versionsOf(cell);
    if (match[2] === 's') {
      return match[3] === String(versions.source) ? cell.sharedModel.getSource() : null;
    }
    const [index = -1, version] = (match[3] ?? '').split('.').map(Number);
    if (!isCode(cell) || index >= cell.outputs.length || version !== outputVersion(versions, index)) {
      return null;
    }
    return JSON.stringify(cell.outputs.get(index).toJSON());
  }

  private _each<T>(of: (cell: ICellModel) => T): T[] {
    return Array.from({ length: this._cells.length }, (_, index) => of(this._cells.get(index)));
  }

  private _versionsOf(cell: ICellModel): Versions {
    return this._versions.get(cell) ?? { source: 0, first: 0, outputs: [] };
  }

  private _onCells(): void {
    const there = new Set(this._each(cell => cell));
    for (const [cell, stop] of this._watched) {
      if (!there.has(cell)) {
        stop();
        this._watched.delete(cell);
      }
    }
    for (const cell of there) {
      if (!this._watched.has(cell)) {
        this._watched.set(cell, this._watch(cell));
      }
    }
  }

  private _watch(cell: ICellModel): () => void {
    const versions: Versions = { source: ++lastVersion, first: ++lastVersion, outputs: [] };
    this._versions.set(cell, versions);
    const onContent = (): void => { versions.source = ++lastVersion; };
    const outputs = isCode(cell) ? cell.outputs : null;
    // A text that streams in changes one output in place; everything else may move them.
    const onOutputs = (_: unknown, change: { type: string; newIndex: number; newValues: unknown[] }): void => {
      const count = outputs?.length ?? 0;
      const first = change.type === 'add' || change.type === 'set' ? change.newIndex : 0;
      const last = change.type === 'set' ? first + change.newValues.length : count;
      for (let index = first; index < last; index++) {
        versions.outputs[index] = ++lastVersion;
      }
    };
    cell.sharedModel.changed.connect(onContent);
    outputs?.changed.connect(onOutputs);
    return () => {
      cell.sharedModel.changed.disconnect(onContent);
      outputs?.changed.disconnect(onOutputs);
    };
  }

  private readonly _cells: INotebookModel['cells'];
  private readonly _versions = new WeakMap<ICellModel, Versions>();
  private readonly _watched = new Map<ICellModel, () => void>();
}

function isCode(cell: ICellModel): cell is ICodeCellModel {
  return cell.type === 'code';
}

function outputVersion(versions: Versions, index: number): number {
  return versions.outputs[index] ?? versions.first;
}
