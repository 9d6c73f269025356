/** What was remembered in a project. No DOM. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { ROUTES, type MemoryAnswer, type MemoryQuery, type MemoryRecord } from '../protocol.js';
import { reasonOf } from '../ui/reason.js';

const PAGE = 100;

export class MemoryModel {
  constructor(
    private readonly _api: HeadroomApi,
    private readonly _path: () => string
  ) {}

  answer: MemoryAnswer | null = null;
  records: MemoryRecord[] = [];
  query: MemoryQuery = {};
  error = '';

  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  async load(query: MemoryQuery = {}): Promise<void> {
    this.query = { ...this.query, ...query };
    await this._read(0);
  }

  more(): Promise<void> {
    return this._read(this.records.length);
  }

  async delete(id: string): Promise<void> {
    try {
      await this._api.request('DELETE', `${ROUTES.memory}/${encodeURIComponent(id)}`, { document: this._path() });
      await this._read(0);
    } catch (error) {
      this._fail(error);
    }
  }

  private async _read(offset: number): Promise<void> {
    const asked = ++this._asked;
    try {
      const answer = await this._api.get<MemoryAnswer>(ROUTES.memory, { ...this.query, document: this._path(), offset, limit: PAGE });
      if (asked === this._asked) {
        this.answer = answer;
        this.records = offset === 0 ? answer.records : [...this.records, ...answer.records];
        this.error = '';
        this._stateChanged.emit();
      }
    } catch (error) {
      this._fail(error);
    }
  }

  private _fail(error: unknown): void {
    this.error = reasonOf(error);
    this._stateChanged.emit();
  }

  private _asked = 0;
  private readonly _stateChanged = new Signal<this, void>(this);
}
