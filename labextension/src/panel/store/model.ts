/** What the store view shows: the project's originals, page by page, and what was done to them. No DOM. */
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { ROUTES, type ChangesAnswer, type Entry, type StoreAction, type StoreActionAnswer, type StoreAnswer, type StoreQuery } from '../protocol.js';
import { reasonOf } from '../ui/reason.js';
import { Original } from '../ui/texts.js';

type Filter = 'q' | 'kind' | 'notebook' | 'min_bytes' | 'max_bytes' | 'since' | 'before' | 'pinned' | 'sort' | 'order';
export type Filters = { [name in Filter]?: StoreQuery[name] | undefined };

const PAGE = 200;
const EVERY_MS = 2_000;

export class StoreModel {
  constructor(
    private readonly _api: HeadroomApi,
    private readonly _path: () => string
  ) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._look(),
      frequency: { interval: EVERY_MS, backoff: true, max: 60_000 },
      name: 'headroom-jupyter:store',
      standby: 'when-hidden'
    });
  }

  filters: Filters = {};
  /** Age of the oldest that is listed, in days; 0: any. */
  days = 0;
  /** Counts, quota and values for filters, of the last answer. */
  answer: StoreAnswer | null = null;
  error = '';
  isBusy = false;
  selected: ReadonlySet<string> = new Set();
  /** What can still be taken back. */
  undo: { refs: string[]; until: number; words: string } | null = null;

  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get total(): number {
    return this.answer?.total ?? 0;
  }

  get document(): string {
    return this._document;
  }

  entry(row: number): Entry | null {
    return this._entries.get(row) ?? null;
  }

  original(ref: string): Original {
    return new Original(this._api, ref, this._document);
  }

  /** From now on changes are followed. */
  start(): void {
    void this.reload();
    void this._poll.start();
  }

  stop(): void {
    void this._poll.stop();
  }

  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  filter(filters: Filters): void {
    this.filters = { ...this.filters, ...filters };
    void this.reload();
  }

  pinned(isOnly: boolean): void {
    this.filters = { ...this.filters, pinned: isOnly ? 1 : undefined };
    void this.reload();
  }

  /** "": last used first. */
  sort(by: string): void {
    const isRising = by === 'expires' || by === 'kind' || by === 'path';
    const order = by === '' ? undefined : isRising ? 'asc' : 'desc';
    this.filters = { ...this.filters, sort: (by || undefined) as Filters['sort'], order };
    void this.reload();
  }

  /** Reads the list anew; of answers that cross each other the last question's counts. */
  async reload(): Promise<void> {
    this._document = this._path();
    const asked = ++this._asked;
    this.isBusy = true;
    this._stateChanged.emit();
    try {
      const answer = await this._ask(0);
      if (asked !== this._asked) {
        return;
      }
      this._cursor = answer.cursor;
      this._entries = new Map(answer.entries.map((entry, index) => [answer.offset + index, entry]));
      this._pages = new Set([0]);
      this._show(answer);
      if (answer.resume !== null) {
        await this._searchOn(answer, asked);
      }
      await this.need(...this._inView);
    } catch (error) {
      this._fail(error);
    } finally {
      if (asked === this._asked) {
        this.isBusy = false;
        this._stateChanged.emit();
      }
    }
  }

  /** Gets the rows in view if they are not there. */
  async need(first: number, end: number): Promise<void> {
    this._inView = [first, end];
    const asked = this._asked;
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(end, this.total); page++) {
      if (this._pages.has(page) || this.filters.q) {
        continue;
      }
      this._pages.add(page);
      try {
        const answer = await this._ask(page * PAGE);
        if (asked !== this._asked) {
          return;
        }
        answer.entries.forEach((entry, index) => this._entries.set(answer.offset + index, entry));
        this._stateChanged.emit();
      } catch (error) {
        this._pages.delete(page);
        this._fail(error);
      }
    }
  }

  select(ref: string, isSelected: boolean): void {
    const next = new Set(this.selected);
    if (isSelected) {
      next.add(ref);
    } else {
      next.delete(ref);
    }
    this.selected = next;
    this._stateChanged.emit();
  }

  clearSelection(): void {
    this.selected = new Set();
    this._stateChanged.emit();
  }

  /** Does something to originals; `words` say what, for taking it back. */
  async act(action: StoreAction, words: string): Promise<void> {
    try {
      const answer = await this._api.post<StoreActionAnswer>(ROUTES.actions, { document: this._document }, action);
      const failed = Object.values(answer.failed);
      this.error = failed[0] ?? '';
      if (action.action === 'undo') {
        this.undo = null;
      } else if (answer.undo_until !== null && answer.done.length > 0) {
        this.undo = { refs: answer.done, until: answer.undo_until, words };
      }
      this.selected = new Set();
      const why = this.error;
      await this.reload();
      this.error = why || this.error;
      this._stateChanged.emit();
    } catch (error) {
      this._fail(error);
    }
  }

  takeBack(): Promise<void> {
    return this.undo ? this.act({ action: 'undo', refs: this.undo.refs }, '') : Promise.resolve();
  }

  /** The originals as an archive. */
  async exported(refs: string[]): Promise<Blob | null> {
    try {
      return await this._api.blob('POST', ROUTES.export, { document: this._document }, { refs });
    } catch (error) {
      this._fail(error);
      return null;
    }
  }

  private _ask(offset: number, resume?: string): Promise<StoreAnswer> {
    const query = { ...this.filters, document: this._document, offset, limit: PAGE, ...(resume === undefined ? {} : { resume }) };
    return this._api.get(ROUTES.store, query);
  }

  /** A long search comes in several answers. */
  private async _searchOn(first: StoreAnswer, asked: number): Promise<void> {
    let { resume } = first;
    while (resume !== null) {
      const answer: StoreAnswer = await this._ask(0, resume);
      if (asked !== this._asked) {
        return;
      }
      const found = this._entries.size;
      answer.entries.forEach((entry, index) => this._entries.set(found + index, entry));
      this._show({ ...answer, total: this._entries.size, searched: (this.answer?.searched ?? 0) + (answer.searched ?? 0) });
      resume = answer.resume;
    }
  }

  /** Whether other processes stored or removed something; only then the list is read again. */
  private async _look(): Promise<void> {
    if (this.undo && this.undo.until * 1000 < Date.now()) {
      this.undo = null;
      this._stateChanged.emit();
    }
    if (this._path() !== this._document) {
      await this.reload();
      return;
    }
    if (this._cursor === '' || this.isBusy) {
      return;
    }
    const changes = await this._api.get<ChangesAnswer>(ROUTES.changes, { document: this._document, cursor: this._cursor });
    this._cursor = changes.cursor;
    if (changes.reset || changes.gone.length > 0 || changes.entries.length > 0) {
      await this.reload();
    }
  }

  private _show(answer: StoreAnswer): void {
    this.answer = answer;
    this.error = '';
    this._stateChanged.emit();
  }

  private _fail(error: unknown): void {
    this.error = reasonOf(error);
    this._stateChanged.emit();
  }

  private readonly _poll: Poll;
  private readonly _stateChanged = new Signal<this, void>(this);
  private _entries = new Map<number, Entry>();
  private _pages = new Set<number>();
  /** Rows that are drawn: after a change they are there again. */
  private _inView: [number, number] = [0, 0];
  private _asked = 0;
  private _cursor = '';
  private _document = '';
}
