/** Stored originals and what was made of them, page by page: references travel, texts when they are looked at. */
import type { HeadroomApi } from '../api.js';
import {
  ROUTES,
  type EntryAnswer,
  type FormAnswer,
  type Form,
  type FormsAnswer,
  type LinesPage,
  type MarkerPlace,
  type MarkersPage,
  type OriginalPage,
  type Span,
  type SpansPage,
  type TextPage
} from '../protocol.js';

/** One original of one project. */
export class Original {
  constructor(
    private readonly _api: HeadroomApi,
    readonly ref: string,
    readonly document: string
  ) {}

  /** Another original of the same project. */
  other(ref: string): Original {
    return new Original(this._api, ref, this.document);
  }

  entry(): Promise<EntryAnswer> {
    return this._get('');
  }

  async forms(): Promise<Form[]> {
    return (await this._get<FormsAnswer>('/forms')).forms;
  }

  /** A run of it, as it is. */
  page(offset: number, limit?: number): Promise<OriginalPage> {
    return this._get('/original', { offset, limit });
  }

  lines(first: number, count: number): Promise<LinesPage> {
    return this._get('/lines', { first, count });
  }

  /** All of it. */
  text(): Promise<string> {
    return joined(offset => this.page(offset));
  }

  bytes(): Promise<Blob> {
    return this._api.blob('GET', `${ROUTES.store}/${this.ref}/bytes`, { document: this.document });
  }

  form(form: string): Promise<FormAnswer> {
    return this._get(`/forms/${encodeURIComponent(form)}`);
  }

  formText(form: string): Promise<string> {
    return joined(offset => this._get<TextPage>(`/forms/${encodeURIComponent(form)}/text`, { offset }));
  }

  spans(form: string): Promise<Span[]> {
    return collected(async offset => {
      const page = await this._get<SpansPage>(`/forms/${encodeURIComponent(form)}/spans`, { offset });
      return [page.spans, page.total];
    });
  }

  markers(form: string): Promise<MarkerPlace[]> {
    return collected(async offset => {
      const page = await this._get<MarkersPage>(`/forms/${encodeURIComponent(form)}/markers`, { offset });
      return [page.markers, page.total];
    });
  }

  private _get<T>(path: string, query: Record<string, number | undefined> = {}): Promise<T> {
    return this._api.get(`${ROUTES.store}/${this.ref}${path}`, { document: this.document, ...query });
  }
}

/** The first page says how long pages are and how many follow; those come at once. */
async function joined(page: (offset: number) => Promise<TextPage>): Promise<string> {
  const first = await page(0);
  if (first.next === null) {
    return first.text;
  }
  const size = first.next;
  const offsets = Array.from({ length: Math.ceil((first.total - size) / size) }, (_, index) => (index + 1) * size);
  const pages = await Promise.all(offsets.map(offset => page(offset)));
  // A page ends before a character that would be cut in two; then the pages behind it are asked for again, in turn.
  const parts = [first.text];
  let next: number | null = size;
  for (let index = 0; next !== null; index++) {
    const known: TextPage | undefined = pages[index];
    const got: TextPage = known?.offset === next ? known : await page(next);
    parts.push(got.text);
    next = got.next;
  }
  return parts.join('');
}

async function collected<T>(page: (offset: number) => Promise<[T[], number]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const [items, total] = await page(all.length);
    all.push(...items);
    if (items.length === 0 || all.length >= total) {
      return all;
    }
  }
}
