/**
 * Where rows come from: the live kernel, or the Jupyter server when there is no kernel with the extension, when it does
 * not answer in time, or when nobody looks (then the notebook as it was saved is read, and the kernel left alone).
 * Either is given the cells by reference, and is sent the texts that it does not know yet.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import type { HeadroomApi } from '../api.js';
import type { Answer, AnswerOf, KernelLink, KernelQuestion } from '../comm.js';
import type { Ask, CellReference, Missing, Row, RowsAnswer, TextPiece, Variable } from '../protocol.js';
import type { NotebookCells } from './cells.js';

export type Origin = 'kernel' | 'server' | 'saved';

/** The rows that were read so far, of how many. */
export interface Progress {
  rows: Row[];
  total: number;
  origin: Origin;
}

interface Answered {
  answer: RowsAnswer;
  origin: Origin;
}

interface Page {
  offset: number;
  limit: number;
  compose?: number;
}

const PIECE_CHARS = 250_000;
/** Of texts that are sent at once: under the 1 MB that a message may have, also where characters are escaped. */
const SENT_CHARS = 300_000;
/** A kernel without threads of its own for comms answers when its cell is done; nobody is to wait for that. */
const KERNEL_PATIENCE_MS = 400;
const PAGE_ROWS = 500;

export class RowSource {
  constructor(
    private readonly _api: HeadroomApi,
    private readonly _cells: NotebookCells,
    private readonly _document: () => string,
    private readonly _trans: TranslationBundle
  ) {}

  link: KernelLink | null = null;

  /** All rows of the open notebook, page by page. */
  rows(ask: Ask): AsyncGenerator<Progress> {
    return pages(page => this._page(ask, page));
  }

  /** The same of the notebook as it was saved, without texts. */
  saved(ask: Ask): AsyncGenerator<Progress> {
    return pages(page => this._saved({ ...ask, ...page, preview: 0 }));
  }

  /** The text for the model, all of it, and what it costs. */
  async text(ask: Ask): Promise<{ text: string; tokens: number }> {
    let text = '';
    let tokens = 0;
    for (let at: number | null = 0; at !== null; ) {
      const { answer } = await this._page(ask, { offset: 0, limit: 1, compose: at });
      text += answer.text?.text ?? '';
      tokens = answer.totals.tokens_composed ?? 0;
      at = answer.text?.next ?? null;
    }
    return { text, tokens };
  }

  /** @throws Error when there is no kernel with the extension, or it has no time. */
  async variable(name: string, ask: Ask): Promise<Row> {
    const answer = await this._inTime(this._ask<'variable'>({ type: 'variable', name, ...ask }));
    if (answer === null) {
      throw new Error(this._trans.__('The kernel is busy.'));
    }
    return answer.row;
  }

  async file(path: string, ask: Ask): Promise<Row | null> {
    const answer = await this._api.compress(this._document(), { ...ask, file: path });
    return 'rows' in answer ? (answer.rows[0] ?? null) : null;
  }

  async variables(): Promise<Variable[]> {
    const found: Variable[] = [];
    for (;;) {
      const page = await this._ask<'variables'>({ type: 'variables', offset: found.length });
      found.push(...page.variables);
      if (found.length >= page.total || page.variables.length === 0) {
        return found;
      }
    }
  }

  /** What a model reads for one row that was added by hand. */
  async rowText(row: Row): Promise<string> {
    if (row.ref === null || row.form === null || row.chars_after <= row.preview.length) {
      return row.preview;
    }
    let text = '';
    for (let at: number | null = 0; at !== null; ) {
      const page = await this._api.formText(this._document(), row.ref, row.form, at);
      text += page.text;
      at = page.next;
    }
    return text;
  }

  private async _page(ask: Ask, page: Page): Promise<Answered> {
    if (this.link?.state === 'open') {
      const answer = await this._inTime(this._fromKernel({ ...ask, ...page }).catch(() => null));
      if (answer) {
        return { answer, origin: 'kernel' };
      }
    }
    return this._fromServer({ ...ask, ...page });
  }

  private async _inTime<T>(answer: Promise<T>): Promise<T | null> {
    const mayWait = this.link === null || this.link.hasOwnThread || this.link.kernel.status !== 'busy';
    return mayWait ? answer : Promise.race([answer, new Promise<null>(resolve => setTimeout(resolve, KERNEL_PATIENCE_MS, null))]);
  }

  private _fromKernel(request: Ask & Page): Promise<RowsAnswer> {
    return this._byReference(
      cells => this._link().ask<'context'>({ type: 'context', cells, ...request }),
      async pieces => {
        pieces.forEach(piece => { this._link().tell({ type: 'put', ...piece }); });
        await new Promise(resolve => setTimeout(resolve)); // keys that are typed meanwhile come first
      }
    );
  }

  private async _fromServer(request: Ask & Page): Promise<Answered> {
    const { dirty, nbformatMinor } = this._cells.model; // before 4.5 the file has no ids of cells
    if (this._document() && !dirty && nbformatMinor >= 5) {
      return this._saved(request);
    }
    const session = this._session;
    const answer = await this._byReference(
      cells => this._api.compress(this._document(), { ...request, cells, session }),
      pieces => this._api.put(this._document(), { session, pieces })
    );
    return { answer, origin: 'server' };
  }

  private async _saved(request: Ask & Page): Promise<Answered> {
    const document = this._document();
    const answer = await this._api.compress(document, { ...request, notebook: document, session: this._session });
    if (!('rows' in answer)) {
      throw new Error(this._trans.__('The Jupyter server asked for texts of a file.'));
    }
    return { answer, origin: 'saved' };
  }

  /** A text can change between question and answer, so what is missing may be asked for more than once. */
  private async _byReference(
    ask: (cells: CellReference[]) => Promise<RowsAnswer | Missing>,
    put: (pieces: TextPiece[]) => Promise<void>
  ): Promise<RowsAnswer> {
    for (let attempt = 0; attempt < 4; attempt++) {
      const answer = await ask(this._cells.references());
      if ('rows' in answer) {
        return answer;
      }
      for (const pieces of this._pieces(answer.keys)) {
        await put(pieces);
      }
    }
    throw new Error(this._trans.__('The notebook changes faster than it can be read.'));
  }

  /** The texts of keys, as much at once as may be sent at once. */
  private *_pieces(keys: readonly string[]): Generator<TextPiece[]> {
    let batch: TextPiece[] = [];
    let size = 0;
    for (const key of keys) {
      const text = this._cells.text(key);
      const count = text === null ? 0 : Math.max(1, Math.ceil(text.length / PIECE_CHARS));
      for (let index = 0; index < count; index++) {
        const piece = (text ?? '').slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS);
        if (batch.length && size + piece.length > SENT_CHARS) {
          yield batch;
          [batch, size] = [[], 0];
        }
        batch.push({ key, index, count, text: piece });
        size += piece.length;
      }
    }
    if (batch.length) {
      yield batch;
    }
  }

  private async _ask<T extends Answer['type']>(question: KernelQuestion): Promise<AnswerOf<T>> {
    const answer = await this._link().ask<T>(question);
    return answer as AnswerOf<T>; // only `context` is answered with what is missing
  }

  private _link(): KernelLink {
    if (this.link?.state !== 'open') {
      throw new Error(this._trans.__('There is no kernel with headroom_jupyter.'));
    }
    return this.link;
  }

  private readonly _session = UUID.uuid4();
}

async function* pages(ask: (page: Page) => Promise<Answered>): AsyncGenerator<Progress> {
  const rows = new Map<string, Row>(); // should the notebook change between two pages, a row may come twice
  let [offset, total] = [0, 1];
  while (offset < total) {
    const { answer, origin } = await ask({ offset, limit: PAGE_ROWS });
    answer.rows.forEach(row => { rows.set(row.id, row); });
    offset += answer.rows.length;
    total = answer.rows.length ? answer.total : offset;
    yield { rows: [...rows.values()], total, origin };
  }
}
