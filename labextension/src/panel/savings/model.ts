/** The books, as the savings view shows them. No DOM. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { ROUTES, type SavingsAnswer, type SavingsQuery } from '../protocol.js';
import { reasonOf } from '../ui/reason.js';

export interface Books {
  compressors: SavingsAnswer;
  notebooks: SavingsAnswer;
}

export class SavingsModel {
  constructor(
    private readonly _api: HeadroomApi,
    private readonly _path: () => string
  ) {}

  /** Of all projects, as `headroom stats` tells them, or of this one. */
  scope: NonNullable<SavingsQuery['scope']> = 'all';
  days = 0;
  books: Books | null = null;
  error = '';

  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  choose(scope: NonNullable<SavingsQuery['scope']>, days: number): void {
    this.scope = scope;
    this.days = days;
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this._asked;
    try {
      const [compressors, notebooks] = await Promise.all([this._by('compressor'), this._by('notebook')]);
      if (asked === this._asked) {
        this.books = { compressors, notebooks };
        this.error = '';
      }
    } catch (error) {
      this.error = reasonOf(error);
    }
    this._stateChanged.emit();
  }

  private _by(by: NonNullable<SavingsQuery['by']>): Promise<SavingsAnswer> {
    return this._api.get(ROUTES.savings, { by, scope: this.scope, days: this.days, document: this._path() });
  }

  private _asked = 0;
  private readonly _stateChanged = new Signal<this, void>(this);
}
