import { isObject, post, type ConnectionOptions } from './connection.js';
import { decisionsOf, list, number, type Decision } from './contract.js';
import { HeadroomError, HeadroomInputError, HeadroomLeftAloneError, HeadroomResponseError } from './errors.js';

export interface CompressOptions extends ConnectionOptions {
  /** Whose tokens to count; gpt-4o if it is left out. */
  model?: string;
  /** How far to go: `faithful`, whole units out and each marked, if it is left out. */
  level?: 'lossless' | 'faithful' | 'abridged';
  /** Tokens for the whole list; what was sent before may then change, which a provider's prompt cache does not like. */
  budget?: number;
  /** Leading messages that must not change. */
  frozen?: number;
  /**
   * Whether the model can call `headroom_retrieve`: true if it is left out, so give it `retrieveTool(…)` and answer its
   * calls with `answerRetrieveCall`. With false nothing is done that would need it.
   */
  retrieval?: boolean;
  /** Also compress data pasted into user messages. */
  compressUser?: boolean;
  /** Throw instead of falling back to the originals. */
  throwOnError?: boolean;
}

export interface CompressResult<Message> {
  /** As many as were given, in order; those in which nothing changed are the very objects that were given. */
  messages: Message[];
  /** Null when the proxy could not be asked. */
  tokensBefore: number | null;
  tokensAfter: number | null;
  /** Tokens the model need not read; 0 after a failure. */
  tokensSaved: number;
  /** The same as a share, 0 to 1. */
  savedFraction: number;
  /** What was done with each block, and why. */
  decisions: Decision[];
  /** Whether the counts are estimates, because the model's vocabulary is not public. */
  isEstimate: boolean;
  /** Null when no budget was asked for. */
  budgetMet: boolean | null;
  /** Null, or why `messages` are the originals. */
  error: HeadroomError | null;
}

/**
 * Makes a conversation smaller, through a headroom proxy that keeps the originals.
 *
 * Call it on the whole conversation before each request: what was compressed once becomes the same bytes again. It
 * stands before a request and touches no response, so streaming needs nothing special. It never throws unless
 * `throwOnError` is set: when the proxy cannot be had, the messages come back as they were, with `error` set.
 *
 * @param messages Messages of OpenAI (chat or responses), Anthropic or Gemini; they are not changed.
 */
export async function compress<Message extends object>(
  messages: readonly Message[],
  options: CompressOptions = {}
): Promise<CompressResult<Message>> {
  try {
    const result = await compressed(messages, options);
    if (result.error !== null && options.throwOnError === true) {
      throw result.error;
    }
    return result;
  } catch (cause) {
    const error =
      cause instanceof HeadroomError ? cause : new HeadroomError('compressing failed; the originals are used', { cause });
    if (options.throwOnError === true) {
      throw error;
    }
    return fallback(messages, error);
  }
}

async function compressed<Message extends object>(
  messages: readonly Message[],
  options: CompressOptions
): Promise<CompressResult<Message>> {
  if (!isList(messages)) {
    throw new HeadroomInputError('messages is no array; give the list of messages that goes to the model');
  }
  const request = {
    messages,
    model: options.model,
    level: options.level,
    budget: options.budget,
    frozen: options.frozen,
    retrieval: options.retrieval ?? true,
    compress_user: options.compressUser
  };
  const answer = await post('/v1/compress', request, options);
  const decisions = decisionsOf(answer);
  const tokensBefore = number(answer, 'tokens_before');
  const tokensAfter = number(answer, 'tokens_after');
  const tokensSaved = tokensBefore - tokensAfter;
  return {
    messages: merged(messages, list(answer, 'messages'), decisions),
    tokensBefore,
    tokensAfter,
    tokensSaved,
    savedFraction: tokensBefore > 0 ? tokensSaved / tokensBefore : 0,
    decisions,
    isEstimate: answer.is_estimate === true,
    budgetMet: typeof answer.budget_met === 'boolean' ? answer.budget_met : null,
    error: typeof answer.error === 'string' ? new HeadroomLeftAloneError(answer.error) : null
  };
}

/** The given messages, those that a decision changed replaced. */
function merged<Message extends object>(
  given: readonly Message[],
  found: unknown[],
  decisions: readonly Decision[]
): Message[] {
  if (found.length !== given.length || !found.every(isObject)) {
    throw new HeadroomResponseError('the answer holds other messages than were sent; the originals are used');
  }
  const changed = new Set(decisions.filter(decision => decision.fidelity !== 'verbatim').map(decision => decision.message));
  // The proxy replaces texts and nothing else, so a message keeps its type.
  return given.map((message, index) => (changed.has(index) ? (found[index] as Message) : message));
}

function fallback<Message extends object>(messages: readonly Message[], error: HeadroomError): CompressResult<Message> {
  return {
    messages: isList(messages) ? [...messages] : [],
    tokensBefore: null,
    tokensAfter: null,
    tokensSaved: 0,
    savedFraction: 0,
    decisions: [],
    isEstimate: false,
    budgetMet: null,
    error
  };
}

/** Whether a caller without types gave an array; Array.isArray would make its elements `any`. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}
