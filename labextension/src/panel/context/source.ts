/**
 * Where rows come from: the live kernel, or the Jupyter server when there is no kernel with the extension, when it does
 * not answer in time, or when nobody looks (then the notebook as it was saved is read, and the kernel left alone).
 */
import type { HeadroomApi } from '../api.js';
import type { Answer, AnswerOf, KernelLink, KernelQuestion } from '../comm.js';
import type { Ask, CellContent, CompressRequest, Row, RowsAnswer, Variable } from '../protocol.js';
import type { NotebookCells } from './cells.js';

export type Origin = 'kernel' | 'server' | 'saved';
export interface Answered {
  answer: RowsAnswer;
  origin: Origin;
}

const PIECE_CHARS = 250_000;
/** A kernel without threads of its own for comms answers when its cell is done; nobody is to wait for that. */
const KERNEL_PATIENCE_MS = 1500;
/** Above it the saved notebook is read instead of sending all of it with each change. */
const SENT_CHARS = 20_000_000;
const PAGE_ROWS = 500;

export class RowSource {
  constructor(
    private readonly _api: HeadroomApi,
    private readonly _cells: NotebookCells,
    private readonly _document: () => string
  ) {}

  link: KernelLink | null = null;

  /** All rows of the open notebook. */
  async rows(ask: Ask): Promise<Answered> {
    const first = await this._page(ask, { offset: 0, limit: PAGE_ROWS });
    const rows = [...first.answer.rows];
    while (rows.length < first.answer.total) {
      const next = await this._page(ask, { offset: rows.length, limit: PAGE_ROWS });
      if (next.answer.rows.length === 0) {
        break;
      }
      rows.push(...next.answer.rows);
    }
    return { answer: { ...first.answer, rows }, origin: first.origin };
  }

  /** Figures of the notebook as it was saved. */
  async saved(ask: Ask): Promise<Answered> {
    const document = this._document();
    const answer = await this._api.compress(document, { ...ask, notebook: document, limit: 1 });
    return { answer, origin: 'saved' };
  }

  /** The text for the model, all of it. */
  async text(ask: Ask): Promise<string> {
    let text = '';
    for (let at: number | null = 0; at !== null; ) {
      const { answer } = await this._page(ask, { offset: 0, limit: 1, compose: at });
      text += answer.text?.text ?? '';
      at = answer.text?.next ?? null;
    }
    return text;
  }

  /** @throws Error when there is no kernel with the extension. */
  async variable(name: string, ask: Ask): Promise<Row> {
    return (await this._ask<'variable'>({ type: 'variable', name, ...ask })).row;
  }

  async file(path: string, ask: Ask): Promise<Row | null> {
    return (await this._api.compress(this._document(), { ...ask, file: path })).rows[0] ?? null;
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

  private async _page(ask: Ask, page: { offset: number; limit: number; compose?: number }): Promise<Answered> {
    if (this.link?.state === 'open') {
      const answers = this._fromKernel(ask, page).catch(() => null);
      const mayWait = this.link.hasOwnThread || this.link.kernel.status !== 'busy';
      const answer = await (mayWait ? answers : patient(answers));
      if (answer) {
        return { answer, origin: 'kernel' };
      }
    }
    return this._fromServer({ ...ask, ...page });
  }

  private async _fromKernel(ask: Ask, page: { offset: number; limit: number; compose?: number }): Promise<RowsAnswer | null> {
    // A text can change between question and answer, so what is missing may be asked for more than once.
    for (let attempt = 0; attempt < 4; attempt++) {
      const cells = this._cells.references();
      const answer = await this._link().ask<'context'>({ type: 'context', cells, ...ask, ...page });
      if (answer.type === 'context') {
        return answer;
      }
      answer.keys.forEach(key => { this._put(key); });
    }
    return null;
  }

  private async _fromServer(request: CompressRequest): Promise<Answered> {
    const document = this._document();
    const cells = this._cells.contents();
    const isSaved = !this._cells.model.dirty && this._cells.model.nbformatMinor >= 5;
    const given: CompressRequest = document && (isSaved || sizeOf(cells) > SENT_CHARS) ? { notebook: document } : { cells };
    return { answer: await this._api.compress(document, { ...request, ...given }), origin: 'cells' in given ? 'server' : 'saved' };
  }

  private async _ask<T extends Answer['type']>(question: KernelQuestion): Promise<AnswerOf<T>> {
    const answer = await this._link().ask<T>(question);
    if (answer.type === 'missing') {
      throw new Error('The kernel asked for texts that nobody spoke of.');
    }
    return answer as AnswerOf<T>;
  }

  private _put(key: string): void {
    const text = this._cells.text(key);
    if (text === null) {
      return;
    }
    const count = Math.max(1, Math.ceil(text.length / PIECE_CHARS));
    for (let index = 0; index < count; index++) {
      const piece = text.slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS);
      this._link().tell({ type: 'put', key, index, count, text: piece });
    }
  }

  private _link(): KernelLink {
    if (this.link?.state !== 'open') {
      throw new Error('There is no kernel with headroom_jupyter.');
    }
    return this.link;
  }
}

async function patient(answer: Promise<RowsAnswer | null>): Promise<RowsAnswer | null> {
  const late = new Promise<null>(resolve => setTimeout(() => { resolve(null); }, KERNEL_PATIENCE_MS));
  return Promise.race([answer, late]);
}

function sizeOf(cells: readonly CellContent[]): number {
  return JSON.stringify(cells).length;
}
