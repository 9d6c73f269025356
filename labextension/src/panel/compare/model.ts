/** What a comparison shows: an original, one form of it, and the lines that are pinned. No DOM. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { HeadroomApi } from '../api.js';
import { ROUTES, type EntryAnswer, type Form, type Level, type LineRange, type MarkerPlace, type RowsAnswer } from '../protocol.js';
import { withoutRange, withRange } from '../ui/foldModel.js';
import { reasonOf } from '../ui/reason.js';
import { Original } from '../ui/texts.js';
import { piecesOf, type Piece } from './pieces.js';

/** What is to be opened. Without `form` the form that was given out last; without any, the original alone. */
export interface CompareArgs {
  ref: string;
  document?: string;
  form?: string;
  title?: string;
  /** A marker of the form's text: its place in the original is shown. */
  marker?: string;
  /** A line of the original that is shown. */
  line?: number;
  /** How it was asked for; a line that is pinned is asked for in the same way. */
  query?: string;
  level?: Level;
  model?: string;
  pins?: LineRange[];
  /** Id of the context view's row. */
  row?: string;
}

/** An original and a form of it, loaded. */
export interface Loaded {
  entry: EntryAnswer;
  forms: Form[];
  original: string;
  /** null: nothing was given out for it, or it was left as it is. */
  after: { form: Form; text: string; pieces: Piece[]; markers: MarkerPlace[] } | null;
}

/** Longer originals are looked at in parts. */
const MOST_CHARS = 16_000_000;

export class CompareModel {
  constructor(
    private readonly _api: HeadroomApi,
    readonly args: CompareArgs
  ) {
    this.pins = args.pins ?? [];
    this._source = new Original(_api, args.ref, args.document ?? '');
  }

  pins: LineRange[];
  loaded: Loaded | null = null;
  /** What went wrong, in the server's words; "" usually. */
  error = '';
  isBusy = false;

  /** Something that the tool bar shows changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** There are other texts to show. */
  get textsChanged(): ISignal<this, void> {
    return this._textsChanged;
  }

  load(): Promise<void> {
    return this._during(async () => {
      const [entry, forms] = await Promise.all([this._source.entry(), this._source.forms()]);
      if (!entry.is_text || entry.chars > MOST_CHARS) {
        this._show({ entry, forms, original: '', after: null });
        return;
      }
      const wanted = this.args.form ?? forms[0]?.form;
      const [original, after] = await Promise.all([this._source.text(), this._after(wanted)]);
      this._show({ entry, forms, original, after: after && finished(original, after) });
    });
  }

  /** Shows another form of the same original. */
  choose(form: string): Promise<void> {
    return this._during(async () => {
      const after = await this._after(form);
      if (this.loaded && after) {
        this._show({ ...this.loaded, after: finished(this.loaded.original, after) });
      }
    });
  }

  /** Compresses again with these lines of the original kept. */
  pin(range: LineRange): Promise<void> {
    return this._repin(withRange(this.pins, range));
  }

  unpin(range: LineRange): Promise<void> {
    return this._repin(withoutRange(this.pins, range));
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private _repin(pins: LineRange[]): Promise<void> {
    return this._during(async () => {
      const { ref, document, query, level, model } = this.args;
      const asked = { query: query ?? '', ...(level ? { level } : {}), ...(model ? { model } : {}) };
      const answer = await this._api.post<RowsAnswer>(ROUTES.compress, { document }, { ref, pins: { [ref]: pins }, ...asked });
      const form = answer.rows[0]?.form;
      if (!this.loaded) {
        return;
      }
      const [after, forms] = await Promise.all([this._after(form ?? undefined), this._source.forms()]);
      this.pins = pins;
      this._show({ ...this.loaded, forms, after: after && finished(this.loaded.original, after) });
    });
  }

  private async _after(form: string | undefined): Promise<Unfinished | null> {
    if (form === undefined) {
      return null;
    }
    const source = this._source;
    const [about, text, spans, markers] = await Promise.all([
      source.form(form),
      source.formText(form),
      source.spans(form),
      source.markers(form)
    ]);
    return { form: about, text, spans, markers };
  }

  private _show(loaded: Loaded): void {
    this.loaded = loaded;
    this._textsChanged.emit();
  }

  private async _during(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.error = '';
    this._stateChanged.emit();
    try {
      await work();
    } catch (error) {
      this.error = reasonOf(error);
    } finally {
      this.isBusy = false;
      this._stateChanged.emit();
    }
  }

  private readonly _source: Original;
  private readonly _stateChanged = new Signal<this, void>(this);
  private readonly _textsChanged = new Signal<this, void>(this);
}

interface Unfinished {
  form: Form;
  text: string;
  spans: [number, number, number, number][];
  markers: MarkerPlace[];
}

function finished(original: string, { form, text, spans, markers }: Unfinished): Loaded['after'] {
  return { form, text, pieces: piecesOf(original, text, spans), markers };
}
