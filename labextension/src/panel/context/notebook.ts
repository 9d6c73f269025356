/** One notebook's context: what was chosen for it, and the rows that a model would get. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { KernelLink, type LinkState } from '../comm.js';
import type { CellTokens, LineRange, Row, RowTotals, Variable } from '../protocol.js';
import type { PanelSettings } from '../settings.js';
import { NotebookCells } from './cells.js';
import { RowSource, type Answered, type Origin } from './source.js';
import { askForAdded, askForNotebook, fileId, restored, toggled, totalsOf, variableId, type Choices, type Totals } from './state.js';

/** Typing is not to be disturbed; a change that lasts is to be seen soon. */
const REFRESH_MS = 400;
const SAVE_MS = 300;

export class NotebookContext {
  constructor(
    readonly panel: NotebookPanel,
    private readonly _api: HeadroomApi,
    private readonly _settings: PanelSettings,
    private readonly _state: IStateDB | null
  ) {
    this._choices = this._settings.choices();
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

  get cells(): readonly CellTokens[] {
    return this._tokens;
  }

  /** Figures of the last answer for the notebook alone; null before the first. */
  get notebookTotals(): RowTotals | null {
    return this._totals;
  }

  get totals(): Totals {
    const added = totalsOf([...this._added.values()]);
    const own = this._totals && { before: totalsOf(this._rows).before, after: this._totals.tokens_after, isEstimate: this._totals.is_estimate };
    return {
      before: (own?.before ?? 0) + added.before,
      after: (own?.after ?? 0) + added.after,
      isEstimate: (own?.isEstimate ?? false) || added.isEstimate
    };
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
    void this._saver.invoke();
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

  /** Asks again, soon; several changes at once are one question. */
  refresh(): void {
    if (!this.isDisposed) {
      void this._refresher.invoke().catch(() => undefined); // disposed meanwhile
    }
  }

  variables(): Promise<Variable[]> {
    return this._source ? this._source.variables() : Promise.resolve([]);
  }

  /** What a model is to get: the notebook's included rows, then what was added. */
  async text(): Promise<string> {
    const source = await this._ready();
    const added = [...this._added.values()].filter(row => row.is_included);
    const taken = added.reduce((sum, row) => sum + row.tokens_after, 0);
    const parts = [await source.text(askForNotebook(this._choices, taken))];
    for (const row of added) {
      parts.push(`## ${row.title}\n${await source.rowText(row)}`);
    }
    return parts.filter(part => part).map(part => part.replace(/\n+$/, '')).join('\n\n') + '\n';
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
    this._refresher.dispose();
    this._saver.dispose();
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
    this._source = new RowSource(this._api, this._cells, () => this.path);
    this._useKernel();
    this.refresh();
  }

  private async _ready(): Promise<RowSource> {
    await this.ready;
    if (!this._source) {
      throw new Error('The notebook is closed.');
    }
    return this._source;
  }

  private _key(): string {
    return `headroom-jupyter:context:${this.path}`;
  }

  private async _save(): Promise<void> {
    await this._state?.save(this._key(), this._choices as unknown as ReadonlyPartialJSONValue);
  }

  private _onContent(): void {
    this.refresh();
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
    source.link = kernel && new KernelLink(kernel, state => { this._onLink(state); });
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
    const source = await this._ready();
    const turn = ++this._turn;
    this._running++;
    this._changed.emit();
    try {
      const { answer, origin } = this._isWatched ? await this._all(source) : await this._figures(source);
      if (turn === this._turn) {
        this._take({ answer, origin });
        this._error = '';
      }
    } catch (error) {
      if (turn === this._turn) {
        this._error = error instanceof Error ? error.message : String(error);
      }
    } finally {
      this._running--;
      if (!this.isDisposed) {
        this._changed.emit();
      }
    }
  }

  private async _all(source: RowSource): Promise<Answered> {
    const choices = this._choices;
    await this._loadAdded(source, choices);
    const taken = totalsOf([...this._added.values()]).after;
    return source.rows(askForNotebook(choices, taken));
  }

  private async _figures(source: RowSource): Promise<Answered> {
    if (!this._settings.values.badges && !this._settings.values.statusBar) {
      throw new Error('');
    }
    return source.saved(askForNotebook(this._choices, 0));
  }

  private async _loadAdded(source: RowSource, choices: Choices): Promise<void> {
    const added = new Map<string, Row>();
    const load = async (id: string, title: string, row: () => Promise<Row | null>): Promise<void> => {
      const is_included = !choices.exclude.includes(id);
      try {
        const found = await row();
        if (found) {
          added.set(id, { ...found, id, title, is_included });
        }
      } catch (error) {
        added.set(id, missing(id, title, is_included, error instanceof Error ? error.message : String(error)));
      }
    };
    for (const name of choices.variables) {
      const id = variableId(name);
      await load(id, name, () => source.variable(name, askForAdded(choices, id)));
    }
    for (const path of choices.files) {
      const id = fileId(path);
      await load(id, path, () => source.file(path, askForAdded(choices, id)));
    }
    if (choices === this._choices) {
      this._added = added;
    }
  }

  private _take({ answer, origin }: Answered): void {
    if (origin !== 'saved' || this._isWatched) {
      this._rows = answer.rows;
    }
    this._tokens = answer.cells;
    this._totals = answer.totals;
    this._origin = origin;
  }

  private _choices: Choices;
  private _cells: NotebookCells | null = null;
  private _source: RowSource | null = null;
  private _rows: readonly Row[] = [];
  private _added = new Map<string, Row>();
  private _tokens: readonly CellTokens[] = [];
  private _totals: RowTotals | null = null;
  private _origin: Origin | null = null;
  private _error = '';
  private _running = 0;
  private _turn = 0;
  private _isWatched = false;
  private _isDisposed = false;
  private readonly _refresher = new Debouncer(() => this._load(), REFRESH_MS);
  private readonly _saver = new Debouncer(() => this._save(), SAVE_MS);
  private readonly _changed = new Signal<this, void>(this);
}

/** A row for what could not be had: it says why, and takes nothing. */
function missing(id: string, title: string, is_included: boolean, error: string): Row {
  return {
    id, title, is_included, error,
    role: id.startsWith('file ') ? 'file' : 'variable',
    cell_id: null, cell: null, output: null,
    kind: '', compressor: '', fidelity: 'verbatim',
    tokens_before: 0, tokens_after: 0, saved_fraction: 0,
    is_estimate: false, budget_met: null, reason: '',
    ref: null, form: null, chars_before: 0, chars_after: 0, preview: '',
    pins: [], is_whole: false
  };
}
