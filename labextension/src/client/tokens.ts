import { post, type ConnectionOptions } from './connection.js';
import { number } from './contract.js';

export interface CountOptions extends ConnectionOptions {
  /** Whose tokens to count; gpt-4o if it is left out. */
  model?: string;
}

export interface TokenCount {
  tokens: number;
  /** Whether it is an estimate, because the model's vocabulary is not public. */
  isEstimate: boolean;
}

/** Tokens of a text, or of all texts and tool-call arguments of a message list. */
export async function countTokens(
  textOrMessages: string | readonly object[],
  options: CountOptions = {}
): Promise<TokenCount> {
  const what = typeof textOrMessages === 'string' ? { text: textOrMessages } : { messages: textOrMessages };
  const answer = await post('/v1/count_tokens', { ...what, model: options.model }, options);
  return { tokens: number(answer, 'tokens'), isEstimate: answer.is_estimate === true };
}
