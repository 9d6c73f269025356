import { isObject, post, type ConnectionOptions } from './connection.js';
import { text } from './contract.js';
import { HeadroomError } from './errors.js';

export interface RetrieveOptions extends ConnectionOptions {
  /** Words to look for; answers with the best matches, or with an outline when nothing matches. */
  query?: string;
  /** The part to look in, as a mark says it: `$.items`, `cell 12 output 0`, `lines 30-80`. */
  at?: string;
  /** Line ranges, counted from 1: `41-77,90`. */
  lines?: string;
  /** Ranges of rows or elements. */
  rows?: string;
  /** Ranges of characters. */
  chars?: string;
  /** Most tokens of the answer. */
  maxTokens?: number;
  /** Whose tokens to count. */
  model?: string;
}

/**
 * An original, whole or by the slice; the words of a mark are the arguments.
 *
 * @param ref The 12 hex digits after `ccr:` in a mark, or the whole mark.
 * @throws HeadroomStatusError with status 404 when there is no such original, 400 when an argument is malformed.
 */
export async function retrieve(ref: string, options: RetrieveOptions = {}): Promise<string> {
  const request = {
    ref,
    query: options.query,
    at: options.at,
    lines: options.lines,
    rows: options.rows,
    chars: options.chars,
    max_tokens: options.maxTokens,
    model: options.model
  };
  return text(await post('/v1/retrieve', request, options), 'text');
}

/**
 * Answers a model's call of `headroom_retrieve`; what was wrong with it is the answer too, for the model to mend.
 *
 * @param call The arguments of the call: JSON as OpenAI has it, or the object that Anthropic and Gemini have.
 */
export async function answerRetrieveCall(
  call: string | object,
  options: ConnectionOptions & Pick<RetrieveOptions, 'model'> = {}
): Promise<string> {
  const given = argumentsOf(call);
  const limit = Number(given.max_tokens);
  const words: RetrieveOptions = { ...options };
  for (const name of ['query', 'at', 'lines', 'rows', 'chars'] as const) {
    const value = word(given[name]);
    if (value !== '') {
      words[name] = value;
    }
  }
  if (Number.isInteger(limit) && limit > 0) {
    words.maxTokens = limit;
  }
  try {
    return await retrieve(word(given.ref), words);
  } catch (error) {
    if (error instanceof HeadroomError) {
      return error.message;
    }
    throw error;
  }
}

function argumentsOf(call: string | object): Record<string, unknown> {
  let value: unknown = call;
  if (typeof call === 'string') {
    try {
      value = JSON.parse(call);
    } catch {
      value = {}; // cut short by the model; the proxy then says that the ref is missing
    }
  }
  return isObject(value) ? value : {};
}

/** A value as text: models write numbers, and lists of ranges, too. */
function word(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(word).join(',');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
