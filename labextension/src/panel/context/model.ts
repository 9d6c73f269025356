/** The contexts of all open notebooks, and which of them is looked at. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import type { PricesAnswer } from '../protocol.js';
import type { PanelSettings } from '../settings.js';
import { knownModels, type KnownModel } from './money.js';
import { NotebookContext } from './notebook.js';

export class ContextModel {
  constructor(
    readonly tracker: INotebookTracker,
    readonly api: HeadroomApi,
    readonly settings: PanelSettings,
    private readonly _state: IStateDB | null,
    private readonly _trans: TranslationBundle
  ) {
    tracker.currentChanged.connect(this._onCurrent, this);
    tracker.widgetAdded.connect((_, panel) => { this.of(panel); });
    tracker.forEach(panel => { this.of(panel); });
    settings.changed.connect(() => { this._changed.emit(); });
    this._onCurrent();
  }

  /** Another notebook, other rows of the current one, other settings. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** News of one notebook, whichever. */
  get notebookChanged(): ISignal<this, NotebookContext> {
    return this._notebookChanged;
  }

  get current(): NotebookContext | null {
    return this._current;
  }

  of(panel: NotebookPanel): NotebookContext {
    let found = this._contexts.get(panel);
    if (!found) {
      found = new NotebookContext(panel, this.api, this.settings, this._state, this._trans);
      found.changed.connect(this._onChanged, this);
      this._contexts.set(panel, found);
    }
    return found;
  }

  /** Whether somebody looks at the view. */
  watch(isWatched: boolean): void {
    this._isWatched = isWatched;
    this._current?.watch(isWatched);
    if (isWatched && this._prices === null) {
      void this._loadPrices();
    }
  }

  models(): KnownModel[] {
    const { prices, model } = this.settings.values;
    const others = [this._current?.choices.model ?? model, model];
    return knownModels(this._prices, prices, others);
  }

  knownModel(name: string): KnownModel | null {
    return this.models().find(known => known.model === name) ?? null;
  }

  /** A person's own price, for a million tokens, as of today; null: back to the published one, or to unknown. */
  async setPrice(model: string, perMillion: number | null): Promise<void> {
    const { [model]: own, ...others } = this.settings.values.prices;
    const as_of = new Date().toISOString().slice(0, 10);
    const window = own?.window;
    const kept = { ...(window !== undefined && { window }), ...(perMillion !== null && { input: perMillion }) };
    await this.settings.set('prices', Object.keys(kept).length ? { ...others, [model]: { ...kept, as_of } } : others);
  }

  async loadPrices(): Promise<void> {
    if (this._prices === null) {
      await this._loadPrices();
    }
  }

  private async _loadPrices(): Promise<void> {
    try {
      this._prices = await this.api.prices();
      this._changed.emit();
    } catch {
      this._prices = null; // the view then says that prices are unknown, and asks again when it is opened
    }
  }

  private _onCurrent(): void {
    const panel = this.tracker.currentWidget;
    const next = panel && this.of(panel);
    if (next === this._current) {
      return;
    }
    this._current?.watch(false);
    this._current = next;
    next?.watch(this._isWatched);
    this._changed.emit();
  }

  private _onChanged(context: NotebookContext): void {
    this._notebookChanged.emit(context);
    if (context === this._current) {
      this._changed.emit();
    }
  }

  private _current: NotebookContext | null = null;
  private _isWatched = false;
  private _prices: PricesAnswer | null = null;
  private readonly _contexts = new WeakMap<NotebookPanel, NotebookContext>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _notebookChanged = new Signal<this, NotebookContext>(this);
}
