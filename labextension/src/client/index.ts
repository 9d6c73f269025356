/** The client library: compresses messages through a headroom proxy, brings originals back, counts tokens. */
export { compress, type CompressOptions, type CompressResult } from './compress.js';
export type { ConnectionOptions } from './connection.js';
export type { Decision, Fidelity } from './contract.js';
export * from './errors.js';
export { answerRetrieveCall, retrieve, type RetrieveOptions } from './retrieve.js';
export { countTokens, type CountOptions, type TokenCount } from './tokens.js';
export { RETRIEVE_NAME, retrieveTool } from './tool.js';
