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
