/**
 * What goes over the wire to a headroom proxy, in JSON; fields that have a default may be left out.
 *
 *     POST /v1/compress      {messages, model?, level?, budget?, frozen?, retrieval?, compress_user?}
 *                            → {messages, tokens_before, tokens_after, is_estimate, budget_met, error, decisions:
 *                               [{message, block, kind, compressor, fidelity, tokens_before, tokens_after, refs,
 *                                 reason, elapsed_ms}]}
 *     POST /v1/retrieve      {ref, query?, at?, lines?, rows?, chars?, max_tokens?, model?} → {text}
 *     POST /v1/count_tokens  {text | messages, model?} → {tokens, is_estimate}
 *     any error              {error: {type, message}} with status 4xx or 5xx
 *
 * Fields that are not named here may come too and mean nothing to this version.
 */
import { isObject } from './connection.js';
import { HeadroomResponseError } from './errors.js';

/** How far a text may be changed; `verbatim`: not at all. */
export type Fidelity = 'verbatim' | 'lossless' | 'faithful' | 'abridged';

/** What was done with one block of a message, and why. */
export interface Decision {
  /** Index of the message. */
  message: number;
  /** Index of the block in its message. */
  block: number;
  /** What the block contains: `json`, `log`, `diff`, … */
  kind: string;
  compressor: string;
  fidelity: Fidelity;
  tokensBefore: number;
  tokensAfter: number;
  /** Names the stored original of a changed block; `retrieve` takes it. */
  refs: string[];
  /** Why the block was cut, kept or left alone. */
  reason: string;
}

const FIDELITIES: readonly string[] = ['verbatim', 'lossless', 'faithful', 'abridged'];

export function decisionsOf(answer: Record<string, unknown>): Decision[] {
  return list(answer, 'decisions').map(value => {
    if (!isObject(value)) {
      throw unexpected('decisions');
    }
    const fidelity = text(value, 'fidelity');
    if (!isFidelity(fidelity)) {
      throw unexpected('fidelity');
    }
    return {
      message: number(value, 'message'),
      block: number(value, 'block'),
      kind: text(value, 'kind'),
      compressor: text(value, 'compressor'),
      fidelity,
      tokensBefore: number(value, 'tokens_before'),
      tokensAfter: number(value, 'tokens_after'),
      refs: list(value, 'refs').filter(ref => typeof ref === 'string'),
      reason: text(value, 'reason')
    };
  });
}

export function text(answer: Record<string, unknown>, name: string): string {
  const value = answer[name];
  if (typeof value !== 'string') {
    throw unexpected(name);
  }
  return value;
}

export function number(answer: Record<string, unknown>, name: string): number {
  const value = answer[name];
  if (typeof value !== 'number') {
    throw unexpected(name);
  }
  return value;
}

export function list(answer: Record<string, unknown>, name: string): unknown[] {
  const value = answer[name];
  if (!Array.isArray(value)) {
    throw unexpected(name);
  }
  return value;
}

function isFidelity(value: string): value is Fidelity {
  return FIDELITIES.includes(value);
}

function unexpected(name: string): HeadroomResponseError {
  return new HeadroomResponseError(`the answer has no proper ${name}; the proxy and this client are of different versions`);
}
