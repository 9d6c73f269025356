/** What a person chose for one notebook, and what follows from it; pure. */
import type { Ask, Level, LineRange, Row } from '../protocol.js';

export interface Choices {
  query: string;
  model: string;
  level: Level;
  /** Tokens for everything; null: as small as it becomes by itself. */
  budget: number | null;
  /** Ids of rows that are left out, and of rows that stay whole. */
  exclude: readonly string[];
  whole: readonly string[];
  /** Added by hand: names of variables, paths of files from the server's root. */
  variables: readonly string[];
  files: readonly string[];
  /** Row id to lines of its original that stay. */
  pins: Readonly<Record<string, LineRange[]>>;
}

export interface Totals {
  before: number;
  after: number;
  isEstimate: boolean;
}

export function variableId(name: string): string {
  return `variable ${name}`;
}

export function fileId(path: string): string {
  return `file ${path}`;
}

/** What is asked of the notebook's rows; `taken` tokens of the budget went to what was added by hand. */
export function askForNotebook(choices: Choices, taken: number): Ask {
  const { query, model, level, budget, exclude, whole, pins } = choices;
  return {
    ...(query && { query }),
    model,
    level,
    ...(budget !== null && { budget: Math.max(0, budget - taken) }),
    exclude: [...exclude],
    whole: [...whole],
    pins
  };
}

/** What is asked of one thing that was added by hand. */
export function askForAdded(choices: Choices, id: string): Ask {
  const { query, model, level, whole, pins } = choices;
  return { ...(query && { query }), model, level, whole: whole.includes(id) ? [id] : [], pins: { [id]: pins[id] ?? [] } };
}

/** Sum of the included rows. */
export function totalsOf(rows: readonly Row[]): Totals {
  const included = rows.filter(row => row.is_included);
  return {
    before: included.reduce((sum, row) => sum + row.tokens_before, 0),
    after: included.reduce((sum, row) => sum + row.tokens_after, 0),
    isEstimate: included.some(row => row.is_estimate)
  };
}

/** Tokens of one cell: for the badge. Images count as what a model is charged for the note that stands for them. */
export interface CellTokens {
  cell_id: string;
  code: { before: number; after: number };
  text: { before: number; after: number };
  image: { before: number; after: number };
}

export function tokensOfCells(rows: readonly Row[]): CellTokens[] {
  const found = new Map<string, CellTokens>();
  for (const { cell_id, kind, role, tokens_before, tokens_after } of rows) {
    if (cell_id !== null) {
      const nothing = { before: 0, after: 0 };
      const cell = found.get(cell_id) ?? { cell_id, code: { ...nothing }, text: { ...nothing }, image: { ...nothing } };
      const sums = cell[kind === 'image' ? 'image' : role === 'source' ? 'code' : 'text'];
      sums.before += tokens_before;
      sums.after += tokens_after;
      found.set(cell_id, cell);
    }
  }
  return [...found.values()];
}

/**
 * The rows that were read, those that are as before being the same objects, so that they need not be drawn again. While
 * more are to come the others stay.
 */
export function following(read: readonly Row[], before: readonly Row[], isAll: boolean): readonly Row[] {
  const known = new Map(before.map(row => [row.id, row]));
  const rows = read.map(row => {
    const old = known.get(row.id);
    known.delete(row.id);
    return old && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
  const all = isAll ? rows : [...rows, ...known.values()];
  return all.length === before.length && all.every((row, index) => row === before[index]) ? before : all;
}

/** A row for what could not be had: it says why, and takes nothing. */
export function missingRow(id: string, title: string, is_included: boolean, error: string): Row {
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

/** The list with the item in it, or without it. */
export function toggled(list: readonly string[], item: string, isIn: boolean): string[] {
  const others = list.filter(one => one !== item);
  return isIn ? [...others, item] : others;
}

/** What was kept from an earlier session, where it still has its form; the rest as `usual` has it. */
export function restored(kept: unknown, usual: Choices): Choices {
  if (typeof kept !== 'object' || kept === null) {
    return usual;
  }
  const found = kept as Record<string, unknown>;
  const text = (name: 'query' | 'model'): string => (typeof found[name] === 'string' ? found[name] : usual[name]);
  const list = (name: string): string[] => {
    const value = found[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  };
  return {
    query: text('query'),
    model: text('model'),
    level: isLevel(found.level) ? found.level : usual.level,
    budget: typeof found.budget === 'number' || found.budget === null ? found.budget : usual.budget,
    exclude: list('exclude'),
    whole: list('whole'),
    variables: list('variables'),
    files: list('files'),
    pins: lines(found.pins)
  };
}

function lines(value: unknown): Record<string, LineRange[]> {
  const isRange = (one: unknown): one is LineRange => Array.isArray(one) && one.length === 2 && one.every(Number.isInteger);
  const kept = Object.entries(typeof value === 'object' && value ? value : {}) as [string, unknown][];
  return Object.fromEntries(kept.filter((entry): entry is [string, LineRange[]] => Array.isArray(entry[1]) && entry[1].every(isRange)));
}

function isLevel(value: unknown): value is Level {
  return value === 'lossless' || value === 'faithful' || value === 'abridged';
}
