/** One notebook's context: what was chosen for it, and the rows that a model would get. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { KernelLink, type LinkState } from '../comm.js';
import type { LineRange, Row, Variable } from '../protocol.js';
import type { PanelSettings } from '../settings.js';
import { NotebookCells } from './cells.js';
import { RowSource, type Origin, type Progress } from './source.js';
import {
  askForAdded, askForNotebook, fileId, following, missingRow, restored, toggled, tokensOfCells, totalsOf, variableId,
  type CellTokens, type Choices, type Totals
} from './state.js';

/** Typing is not to be disturbed; a change that lasts is to be seen soon, and output that streams in now and then. */
const QUIET_MS = 400;
const LONGEST_QUIET_MS = 3000;

export class NotebookContext {
  constructor(
    readonly panel: NotebookPanel,
    readonly api: HeadroomApi,
    private readonly _settings: PanelSettings,
    private readonly _state: IStateDB | null,
    private readonly _trans: TranslationBundle
  ) {
    this._choices = this._settings.choices();
    this._settings.changed.connect(this._onSettings, this);
    panel.sessionContext.kernelChanged.connect(this._onKernel, this);
    panel.context.saveState.connect(this._onSaved, this);
    panel.disposed.connect(() => { this.dispose(); });
    this.ready = this._start();
  }

  /** Settled when the notebook is there and what was kept of it is read. */
  readonly ready: Promise<void>;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get choices(): Choices {
    return this._choices;
  }

  /** The notebook's rows in order, then variables and files that were added. */
  get rows(): readonly Row[] {
    return [...this._rows, ...this._added.values()];
  }

  /** What each cell costs; the same object while nothing changes. */
  get cells(): readonly CellTokens[] {
    if (this._tokens.of !== this._rows) {
      this._tokens = { of: this._rows, cells: tokensOfCells(this._rows) };
    }
    return this._tokens.cells;
  }

  get totals(): Totals {
    return totalsOf(this.rows);
  }

  /** How many of the notebook's rows were read, while more are to come. */
  get progress(): { read: number; total: number } | null {
    return this._progress;
  }

  get origin(): Origin | null {
    return this._origin;
  }

  get link(): LinkState | 'none' {
    return this._source?.link?.state ?? 'none';
  }

  get isBusy(): boolean {
    return this._running > 0;
  }

  /** What went wrong last; "" if nothing did. */
  get error(): string {
    return this._error;
  }

  get path(): string {
    return this.panel.context.localPath;
  }

  /** While somebody looks, the kernel is connected and changes are followed. */
  watch(isWatched: boolean): void {
    if (this._isWatched === isWatched || this.isDisposed) {
      return;
    }
    this._isWatched = isWatched;
    if (isWatched) {
      this._source?.link?.open();
      this.panel.context.model.contentChanged.connect(this._onContent, this);
      this.refresh();
    } else {
      this._source?.link?.close();
      this.panel.context.model.contentChanged.disconnect(this._onContent, this);
    }
  }

  choose(change: Partial<Choices>): void {
    this._choices = { ...this._choices, ...change };
    this._changed.emit();
    this._state?.save(this._key(), this._choices as unknown as ReadonlyPartialJSONValue).catch(() => undefined); // forgotten then
    this.refresh();
  }

  include(id: string, isIncluded: boolean): void {
    this.choose({ exclude: toggled(this._choices.exclude, id, !isIncluded) });
  }

  keepWhole(id: string, isWhole: boolean): void {
    this.choose({ whole: toggled(this._choices.whole, id, isWhole) });
  }

  /** Keeps lines of a row's original; none: lets all go. */
  pin(id: string, lines: LineRange[]): void {
    const others = Object.entries(this._choices.pins).filter(([one]) => one !== id);
    this.choose({ pins: Object.fromEntries([...others, [id, lines]]) });
  }

  addVariable(name: string): void {
    this.choose({ variables: toggled(this._choices.variables, name, true) });
  }

  addFile(path: string): void {
    this.choose({ files: toggled(this._choices.files, path, true) });
  }

  /** Takes away what was added by hand. */
  remove(id: string): void {
    this._added.delete(id);
    this.choose({
      variables: this._choices.variables.filter(name => variableId(name) !== id),
      files: this._choices.files.filter(path => fileId(path) !== id)
    });
  }

  isAdded(id: string): boolean {
    const { variables, files } = this._choices;
    return variables.some(name => variableId(name) === id) || files.some(path => fileId(path) === id);
  }

  /** Asks again, once nothing has changed for a while; several changes are one question. */
  refresh(quiet_ms = 0): void {
    if (this.isDisposed) {
      return;
    }
    const now = Date.now();
    this._waitingSince ??= now;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._waitingSince = null;
      void this._load();
    }, Math.max(0, Math.min(quiet_ms, this._waitingSince + LONGEST_QUIET_MS - now)));
  }

  variables(): Promise<Variable[]> {
    return this._source ? this._source.variables() : Promise.resolve([]);
  }

  /** What a model is to get: the notebook's included rows, then what was added; and what it costs. */
  async text(): Promise<{ text: string; tokens: number }> {
    const source = await this._ready();
    const choices = this._choices;
    await this._loadAdded(source, choices);
    const added = [...this._added.values()].filter(row => row.is_included && !row.error);
    const { after } = totalsOf(added);
    const { text, tokens } = await source.text(askForNotebook(choices, after));
    const parts = [text];
    for (const row of added) {
      parts.push(`## ${row.title}\n${await source.rowText(row)}`);
    }
    return { text: parts.filter(part => part).map(part => part.replace(/\n+$/, '')).join('\n\n') + '\n', tokens: tokens + after };
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.watch(false);
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._source?.link?.dispose();
    this._cells?.dispose();
    Signal.clearData(this);
  }

  private async _start(): Promise<void> {
    await this.panel.context.ready;
    this._choices = restored(await this._state?.fetch(this._key()), this._choices);
    if (this.isDisposed || this.panel.context.model.isDisposed) {
      return;
    }
    this._cells = new NotebookCells(this.panel.context.model);
    this._source = new RowSource(this.api, this._cells, () => this.path, this._trans);
    this._useKernel();
    this.refresh();
  }

  private async _ready(): Promise<RowSource> {
    await this.ready;
    if (!this._source) {
      throw new Error(this._trans.__('The notebook is closed.'));
    }
    return this._source;
  }

  private _key(): string {
    return `headroom-jupyter:context:${this.path}`;
  }

  private _onContent(): void {
    this.refresh(QUIET_MS);
  }

  /** Figures may be wanted now that were not wanted before. */
  private _onSettings(): void {
    if (this._origin === null && !this._isWatched) {
      this.refresh();
    }
  }

  private _onSaved(_: unknown, state: string): void {
    if (state === 'completed' && !this._isWatched) {
      this.refresh();
    }
  }

  private _onKernel(): void {
    this._useKernel();
    if (this._isWatched) {
      this.refresh();
    }
  }

  private _useKernel(): void {
    const kernel = this.panel.sessionContext.session?.kernel ?? null;
    const source = this._source;
    if (!source || source.link?.kernel === kernel) {
      return;
    }
    source.link?.dispose();
    source.link = kernel && new KernelLink(kernel, this._trans, state => { this._onLink(state); });
    if (this._isWatched) {
      source.link?.open();
    }
  }

  private _onLink(state: LinkState): void {
    this._changed.emit();
    if (this._isWatched && (state === 'open' || state === 'absent')) {
      this.refresh();
    }
  }

  private async _load(): Promise<void> {
    const { badges, statusBar } = this._settings.values;
    if (!this._isWatched && !badges && !statusBar) {
      return;
    }
    const turn = ++this._turn;
    this._running++;
    this._changed.emit();
    try {
      const source = await this._ready();
      const choices = this._choices;
      const isWatched = this._isWatched;
      if (isWatched) {
        await this._loadAdded(source, choices);
      }
      const ask = askForNotebook(choices, isWatched ? totalsOf([...this._added.values()]).after : 0);
      for await (const read of isWatched ? source.rows(ask) : source.saved(ask)) {
        if (turn !== this._turn || this.isDisposed) {
          return;
        }
        this._take(read);
      }
      this._error = '';
    } catch (error) {
      if (turn === this._turn) {
        this._error = reasonOf(error);
      }
    } finally {
      this._running--;
      if (!this.isDisposed) {
        this._changed.emit();
      }
    }
  }

  private async _loadAdded(source: RowSource, choices: Choices): Promise<void> {
    const load = async (id: string, title: string, row: () => Promise<Row | null>): Promise<Row[]> => {
      const is_included = !choices.exclude.includes(id);
      try {
        const found = await row();
        return found ? [{ ...found, id, title, is_included }] : [];
      } catch (error) {
        return [missingRow(id, title, is_included, reasonOf(error))];
      }
    };
    const added = await Promise.all([
      ...choices.variables.map(name => load(variableId(name), name, () => source.variable(name, askForAdded(choices, variableId(name))))),
      ...choices.files.map(path => load(fileId(path), path, () => source.file(path, askForAdded(choices, fileId(path)))))
    ]);
    if (choices === this._choices) {
      this._added = new Map(following(added.flat(), [...this._added.values()], true).map(row => [row.id, row]));
    }
  }

  private _take({ rows, total, origin }: Progress): void {
    const isAll = rows.length >= total;
    this._rows = following(rows, this._rows, isAll);
    this._progress = isAll ? null : { read: rows.length, total };
    this._origin = origin;
    this._changed.emit();
  }

  private _choices: Choices;
  private _cells: NotebookCells | null = null;
  private _source: RowSource | null = null;
  private _rows: readonly Row[] = [];
  private _added = new Map<string, Row>();
  private _tokens: { of: readonly Row[]; cells: readonly CellTokens[] } = { of: this._rows, cells: [] };
  private _progress: { read: number; total: number } | null = null;
  private _origin: Origin | null = null;
  private _error = '';
  private _running = 0;
  private _turn = 0;
  private _isWatched = false;
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _waitingSince: number | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
