/** What tokens cost; pure. A price that nobody gave is unknown, and stays so. */
import type { Price, PricesAnswer } from '../protocol.js';

/** A price that a person entered: US dollars for a million input tokens, and the day it was entered. */
export interface OwnPrice {
  input?: number;
  window?: number;
  as_of: string;
}

export interface KnownModel {
  model: string;
  /** US dollars for one input token; null: unknown. */
  perToken: number | null;
  /** US dollars for a million. */
  perMillion: number | null;
  /** When the price was compiled or entered, YYYY-MM-DD; "" where there is none. */
  asOf: string;
  isOwn: boolean;
  /** Tokens of the context window; null: unknown. */
  window: number | null;
}

const MILLION = 1_000_000;

/** The table of the server with a person's own prices over it, and models without any price at the end. */
export function knownModels(table: PricesAnswer | null, own: Readonly<Record<string, OwnPrice>>, others: readonly string[]): KnownModel[] {
  const published = new Map((table?.models ?? []).map(price => [price.model, price]));
  const names = new Set([...published.keys(), ...others, ...Object.keys(own)]);
  return [...names].map(model => knownModel(model, published.get(model), table, own[model]));
}

function knownModel(model: string, price: Price | undefined, table: PricesAnswer | null, own: OwnPrice | undefined): KnownModel {
  const window = own?.window ?? price?.window ?? table?.windows?.[model] ?? null;
  const isOwn = own?.input !== undefined;
  const perMillion = own?.input ?? (price && table ? (price.input / table.per_tokens) * MILLION : null);
  const asOf = isOwn ? own.as_of : price && table ? table.compiled : '';
  return { model, perToken: perMillion === null ? null : perMillion / MILLION, perMillion, asOf, isOwn, window };
}

/** US dollars with as many digits as tell something: $12.30, $0.041, $0.00012. */
export function dollars(amount: number): string {
  if (amount === 0 || amount >= 1) {
    return `$${amount.toFixed(2)}`;
  }
  const digits = Math.min(8, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(Math.max(2, digits))}`;
}
