/**
 * What the panel, the Jupyter server and the kernel say to each other: every REST answer and every comm message.
 *
 * Types and names only. Rules that hold everywhere:
 *
 * - Offsets and lengths of texts are UTF-16 code units, as JavaScript strings and CodeMirror count them. Lines count
 *   from 1. Times are seconds since 1970.
 * - All content is data: it arrives as JSON text and is to be shown as text, never as HTML.
 * - No answer and no message is larger than about 1 MB: lists and texts come in pages (`offset`, `limit`, `total`).
 * - Every REST route takes `document=`: the path, from the server's root, of the notebook or folder that one works
 *   on ("" or left out: the root). It decides the project, and nothing of another project is ever found.
 * - A REST error has status 400 (InputError, MarkerError), 404 (MissingOriginal, MissingFile), 413 (too
 *   large), 503 (StoreError), 507 (StoreFull) and the body `RestError`.
 */

export const PROTOCOL = 1;

// ---------------------------------------------------------------------------------------------- shared

export type Level = 'lossless' | 'faithful' | 'abridged';
export type Fidelity = 'verbatim' | 'lossless' | 'faithful' | 'abridged';
/** First and last line of the original, from 1, both included. */
export type LineRange = [number, number];
/** source start, source end, text start, text end: in order, and together they cover both texts. */
export type Span = [number, number, number, number];

export interface RestError {
  message: string;
  /** Name of the error's class, such as `MissingOriginal`. */
  kind: string;
}

/** How to compress; everything may be left out. */
export interface Ask {
  query?: string;
  model?: string;
  level?: Level;
  /** Tokens for all rows together (for the one row, where there is one). */
  budget?: number | null;
  /** Row id to lines of its original that stay. */
  pins?: Record<string, LineRange[]>;
  /** Ids of rows that stay whole. */
  whole?: string[];
  /** Ids of rows that are left out: they take nothing of the budget and are not in the composed text. */
  exclude?: string[];
  /** Units of each row's text that are wanted; 2,000 where it is left out, and at most. */
  preview?: number;
}

export type RowRole = 'source' | 'markdown' | 'output' | 'variable' | 'file' | 'text';

/** One thing a model would read: a cell's source, an output, a variable, a file. */
export interface Row {
  /** Stable while the notebook is edited: `CELLID source`, `CELLID output N`, `variable NAME`, `file PATH`, `text`. */
  id: string;
  role: RowRole;
  /** For people: `In[3]`, `In[3] stdout`, `df`, `logs/a.log`. */
  title: string;
  /** nbformat's cell id, and the position of the cell from 0; null where there is no cell. */
  cell_id: string | null;
  cell: number | null;
  /** Position of the output from 0. */
  output: number | null;
  kind: string;
  compressor: string;
  fidelity: Fidelity;
  tokens_before: number;
  tokens_after: number;
  saved_fraction: number;
  /** `tokens_before` was not counted but estimated (a very large value), or the model's vocabulary is not public. */
  is_estimate: boolean;
  budget_met: boolean | null;
  /** Why it was kept, cut or left alone. */
  reason: string;
  /** Handle of the stored original, null where nothing was stored: the text is then the original. */
  ref: string | null;
  /** With `ref` the address of the text in `forms`; null where the text is the original. */
  form: string | null;
  chars_before: number;
  chars_after: number;
  /** The beginning of what the model reads, at most 2,000 units; all of it where `chars_after` is its length. */
  preview: string;
  is_included: boolean;
  /** Lines that are pinned, and whether the whole row is. */
  pins: LineRange[];
  is_whole: boolean;
  /** Why no row could be made (it is then shown untouched); "" usually. */
  error: string;
}

/**
 * Sums over the included rows of this answer's page. Without a budget only that page of rows is made: ask for the next
 * pages and add up.
 */
export interface RowTotals {
  rows: number;
  tokens_before: number;
  tokens_after: number;
  /** Of the text of all included rows with their titles, counted as a whole; null where only a page of rows was made. */
  tokens_composed: number | null;
  saved_fraction: number;
  is_estimate: boolean;
  budget: number | null;
  budget_met: boolean | null;
}

/** Answer to a compression, over REST and over the comm. */
export interface RowsAnswer {
  model: string;
  /** The model's own vocabulary, or another one's: then counts are estimates. */
  is_estimate: boolean;
  totals: RowTotals;
  offset: number;
  /**
   * May be less than was asked for, where one answer does not hold more or its rows take long to make: the next page
   * begins at offset + rows.length.
   */
  limit: number;
  total: number;
  rows: Row[];
  /** The text of all included rows, as a model is to get it; only with `compose`. */
  text: TextPage | null;
}

export interface TextPage {
  offset: number;
  total: number;
  text: string;
  /** Where the next page begins, null after the last. */
  next: number | null;
}

/**
 * A cell by reference: `key`s are names that the front end makes up for one version of a text (cell id and a number
 * that grows with each change will do). The other side remembers the texts of the keys it was asked about last; those
 * it does not know it asks for.
 */
export interface CellReference {
  id: string;
  cell_type: 'code' | 'markdown' | 'raw';
  execution_count: number | null;
  /** Text: the source. */
  source: string;
  /** Texts: one nbformat output each, as JSON. */
  outputs: string[];
}

/** Keys of texts that are to be put; then ask again. */
export interface Missing {
  keys: string[];
}

/** A text for a key, in pieces of at most 250,000 units. */
export interface TextPiece {
  key: string;
  index: number;
  count: number;
  text: string;
}

// ---------------------------------------------------------------------------------------------- REST

/**
 * Routes, below the server's base URL.
 *
 *     GET    headroom/status                        StatusAnswer
 *     GET    headroom/prices                        PricesAnswer
 *     POST   headroom/compress                      CompressRequest -> RowsAnswer; with `cells` also Missing
 *     POST   headroom/texts                         {session, pieces: TextPiece[]} -> 204
 *     GET    headroom/store                         StoreQuery -> StoreAnswer
 *     GET    headroom/changes?cursor=               ChangesAnswer; cheap: ask every few seconds while a view shows it
 *     GET    headroom/store/REF                     EntryAnswer
 *     GET    headroom/store/REF/original            ?offset=&limit= -> OriginalPage
 *     GET    headroom/store/REF/lines               ?first=&count= -> LinesPage
 *     GET    headroom/store/REF/slice               ?query=&at=&lines=&rows=&chars=&max_tokens= -> SliceAnswer
 *     GET    headroom/store/REF/bytes               the original's bytes, as a download
 *     GET    headroom/store/REF/forms               FormsAnswer: what was given out for it
 *     GET    headroom/store/REF/forms/FORM          FormAnswer
 *     GET    headroom/store/REF/forms/FORM/text     ?offset=&limit= -> TextPage
 *     GET    headroom/store/REF/forms/FORM/spans    ?offset=&limit= -> SpansPage
 *     GET    headroom/store/REF/forms/FORM/markers  ?offset=&limit= -> MarkersPage
 *     POST   headroom/store/actions                 StoreAction -> StoreActionAnswer
 *     POST   headroom/store/export                  {refs} -> a zip: the originals and manifest.json
 *     GET    headroom/memory                        MemoryQuery -> MemoryAnswer
 *     DELETE headroom/memory/ID                     204
 *     GET    headroom/savings                       SavingsQuery -> SavingsAnswer
 */
export const ROUTES = {
  status: 'headroom/status',
  prices: 'headroom/prices',
  compress: 'headroom/compress',
  texts: 'headroom/texts',
  store: 'headroom/store',
  changes: 'headroom/changes',
  actions: 'headroom/store/actions',
  export: 'headroom/store/export',
  memory: 'headroom/memory',
  savings: 'headroom/savings'
} as const;

export interface StatusAnswer {
  version: string;
  protocol: number;
  project: string;
  store_path: string;
  size_bytes: number;
  quota_bytes: number;
  expiry_days: number;
  entries: number;
  models: string[];
}

/** Exactly one of `notebook`, `file`, `text`, `ref`, `cells`. */
export interface CompressRequest extends Ask {
  /** A notebook of the server, as it was saved: a row per cell and output. */
  notebook?: string;
  /** Any text file of the server: one row. */
  file?: string;
  /** A text: one row; `path` is a hint to its kind. */
  text?: string;
  path?: string;
  /** A stored original, once more: "pin this line" is this with `pins: {[ref]: [[n, n]]}`; the row's id is the ref. */
  ref?: string;
  /** The cells of an open notebook, for when there is no kernel with the extension. */
  cells?: CellReference[];
  /**
   * With `cells`, and useful with `notebook`: a name that the page made up for the notebook that it has open, under which
   * the server remembers texts and rows, so that the next question is answered at once.
   */
  session?: string;
  /** Page of rows; 500 at most. */
  offset?: number;
  limit?: number;
  /** Also the text for the model, from this offset on. */
  compose?: number | null;
}

export interface PricesAnswer {
  /** When the table was compiled, YYYY-MM-DD. */
  compiled: string;
  currency: 'USD';
  per_tokens: number;
  /** Not in the table: the price is unknown, and is to be shown so. */
  models: Price[];
  /** Tokens of the context windows that are known, also of models that have no price here. */
  windows?: Record<string, number>;
}

export interface Price {
  model: string;
  input: number;
  write: number;
  read: number;
  /** Size of the model's context window in tokens; null where it is not known. */
  window: number | null;
}

export interface StoreQuery {
  document?: string;
  /** Full text over originals, paths and refs. */
  q?: string;
  kind?: string;
  notebook?: string;
  min_bytes?: number;
  max_bytes?: number;
  /** Stored since / before. */
  since?: number;
  before?: number;
  pinned?: 0 | 1;
  sort?: 'stored' | 'used' | 'expires' | 'size' | 'kind' | 'path';
  order?: 'desc' | 'asc';
  offset?: number;
  limit?: number;
  /** With `q`: where a search that looked at enough for one answer goes on. */
  resume?: string;
}

export interface StoreAnswer {
  project: string;
  size_bytes: number;
  quota_bytes: number;
  /** Of all entries of the project, without filters. */
  originals_bytes: number;
  entries_total: number;
  /** Values there are, for filters, with the number of entries. */
  kinds: Record<string, number>;
  notebooks: Record<string, number>;
  /** Pass it to `headroom/changes`. */
  cursor: string;
  offset: number;
  limit: number;
  /** Entries that pass the filters; with `q` those found so far. */
  total: number;
  entries: Entry[];
  /** Only with `q`: how many entries were searched, and where to go on; null when all were. */
  searched: number | null;
  resume: string | null;
}

export interface Entry {
  ref: string;
  kind: string;
  path: string;
  /** The notebook whose kernel stored it, from the server's root where it is inside; "" if none did. */
  notebook: string;
  size_bytes: number;
  stored_at: number;
  used_at: number;
  /** null: pinned, it does not expire. */
  expires_at: number | null;
  is_pinned: boolean;
  /** With `q`: the line of the first hit, and which line it is; "" and 0 where the path or the ref matched. */
  hit: string;
  hit_line: number;
}

export interface ChangesAnswer {
  cursor: string;
  /** The cursor was of another server, or is too old: load the list anew. */
  reset: boolean;
  /** New or changed, newest first; 500 at most, `reset` when there are more. */
  entries: Entry[];
  /** Refs that are gone. */
  gone: string[];
  entries_total: number;
  size_bytes: number;
}

export interface EntryAnswer extends Entry {
  is_text: boolean;
  mime: string;
  chars: number;
  lines: number;
  /** The beginning, at most 2,000 units; "" if it is no text. */
  preview: string;
  forms_total: number;
}

export interface OriginalPage extends TextPage {
  ref: string;
  /** Line in which the page begins, from 1. */
  first_line: number;
}

export interface LinesPage {
  ref: string;
  first: number;
  total: number;
  /** Offset of the first of them. */
  offset: number;
  /** Without line ends; lines above 20,000 units are cut, `cut` names them. */
  lines: string[];
  cut: number[];
}

export interface SliceAnswer {
  ref: string;
  text: string;
  tokens: number;
  /** Where it stands in the original, or where the first of its rows or lines does; null where that cannot be told. */
  start: number | null;
  end: number | null;
  first_line: number | null;
}

export interface FormsAnswer {
  forms: Form[];
}

export interface Form {
  form: string;
  kind: string;
  compressor: string;
  fidelity: Fidelity;
  tokens_before: number;
  tokens_after: number;
  saved_fraction: number;
  reason: string;
  used_at: number;
}

export interface FormAnswer extends Form {
  ref: string;
  chars_before: number;
  chars_after: number;
  lines_before: number;
  lines_after: number;
  spans_total: number;
  markers_total: number;
  /** false: spans were found by comparing lines, because the compressor's own were not kept. */
  is_exact: boolean;
}

export interface SpansPage {
  offset: number;
  total: number;
  is_exact: boolean;
  spans: Span[];
}

export interface MarkersPage {
  offset: number;
  total: number;
  markers: MarkerPlace[];
}

export interface MarkerPlace {
  /** Where the marker stands in the text. */
  start: number;
  end: number;
  marker: string;
  /** Whose original it opens: this one's, or another. */
  ref: string;
  /** What it stands for in that original, where that is known at once; else ask `slice` with the words of the marker. */
  source_start: number | null;
  source_end: number | null;
  first_line: number | null;
  last_line: number | null;
}

/**
 * expire: in `days` days, 0 is at once. delete and expire at once can be undone (`undo`) until `undo_until`.
 */
export interface StoreAction {
  action: 'pin' | 'unpin' | 'expire' | 'delete' | 'undo';
  refs: string[];
  days?: number;
}

export interface StoreActionAnswer {
  /** Refs that it was done to, and what hindered the others. */
  done: string[];
  failed: Record<string, string>;
  undo_until: number | null;
}

export interface MemoryQuery {
  document?: string;
  q?: string;
  kind?: string;
  history?: 0 | 1;
  offset?: number;
  limit?: number;
}

export interface MemoryAnswer {
  project: string;
  offset: number;
  limit: number;
  total: number;
  kinds: Record<string, number>;
  records: MemoryRecord[];
}

export interface MemoryRecord {
  id: string;
  text: string;
  kind: string;
  importance: number;
  facts: Record<string, string>;
  sources: { agent: string; notebook: string; cell: string; model: string; at: number; text: string }[];
  created_at: number;
  updated_at: number;
  valid_until: number | null;
  supersedes: string[];
  superseded_by: string;
  is_valid: boolean;
  score: number | null;
}

export interface SavingsQuery {
  document?: string;
  by?: 'all' | 'compressor' | 'notebook' | 'session' | 'project';
  /** `all`: the books of all projects, as `headroom stats` has them; `project`: this project's. */
  scope?: 'all' | 'project';
  /** Only the last days; 0: all. */
  days?: number;
}

/** `headroom stats --json`'s figures, field for field. */
export interface Figures {
  blocks: number;
  tokens_before: number;
  tokens_after: number;
  retrievals: number;
  tokens_retrieved: number;
  calls: number;
  input_tokens: number;
  cached_tokens: number;
  written_tokens: number;
  tokens_saved: number;
  saved_fraction: number;
  cached_fraction: number;
  basis: { counted: string[]; measured: string[] };
}

export interface SavingsAnswer {
  project: string;
  scope: 'all' | 'project';
  by: string;
  total: Figures;
  groups: Record<string, Figures>;
  /** A point a day and group, in the order of days; days on which nothing happened are left out. */
  series: { day: string; group: string; figures: Figures }[];
}

// ---------------------------------------------------------------------------------------------- comm

/**
 * `%load_ext headroom_jupyter` opens HELLO_TARGET towards the front end with `Hello` and closes it again; it is only
 * news. The front end opens KERNEL_TARGET when it wants something, and closes it with the panel. A kernel without the
 * extension closes that comm at once.
 *
 * Requests and answers carry an `id`. Answers may come in another order than requests.
 */
export const HELLO_TARGET = 'headroom:hello';
export const KERNEL_TARGET = 'headroom:kernel';

export interface Hello {
  protocol: number;
  version: string;
  project: string;
}

export type KernelRequest =
  | { id: number; type: 'hello' }
  | ({ id: number; type: 'context'; cells: CellReference[]; offset?: number; limit?: number; compose?: number | null } & Ask)
  /** Not answered. */
  | ({ id: number; type: 'put' } & TextPiece)
  | { id: number; type: 'variables'; offset?: number; limit?: number }
  /** A row for a variable; its id is `variable NAME`. */
  | ({ id: number; type: 'variable'; name: string } & Ask);

export type KernelAnswer =
  | { id: number; ok: true; type: 'hello'; hello: Hello }
  | ({ id: number; ok: true; type: 'context' } & RowsAnswer)
  | ({ id: number; ok: true; type: 'missing' } & Missing)
  | { id: number; ok: true; type: 'variables'; total: number; variables: Variable[] }
  | { id: number; ok: true; type: 'variable'; row: Row }
  | { id: number; ok: false; error: RestError };

export interface Variable {
  name: string;
  /** `pandas.DataFrame` */
  type: string;
  /** One line: shape, columns, the beginning of a text; secrets masked. */
  summary: string;
  shape: number[] | null;
  size_bytes: number | null;
}
