import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import {
  compress,
  HeadroomAbortError,
  HeadroomConnectionError,
  HeadroomError,
  HeadroomInputError,
  HeadroomLeftAloneError,
  HeadroomResponseError,
  HeadroomStatusError,
  HeadroomTimeoutError
} from '../../src/client/index.js';
import { json, scripted, type Script, type Scripted } from './scripted.js';

interface Message {
  role: string;
  content: string;
  tool_call_id?: string;
}

const MESSAGES: readonly Message[] = Object.freeze([
  Object.freeze({ role: 'user', content: 'What failed?' }),
  Object.freeze({ role: 'tool', content: 'a long text', tool_call_id: 'c1' })
]);

const DECISION = {
  kind: 'log',
  compressor: 'LogCompressor',
  tokens_before: 900,
  tokens_after: 90,
  elapsed_ms: 1,
  block: 0,
  refs: ['0123456789ab'],
  reason: '1 omission marked'
};

const ANSWER = {
  messages: [MESSAGES[0], { role: 'tool', content: 'short', tool_call_id: 'c1' }],
  tokens_before: 1000,
  tokens_after: 190,
  is_estimate: false,
  budget_met: null,
  error: null,
  decisions: [
    { ...DECISION, message: 0, fidelity: 'verbatim', refs: [] },
    { ...DECISION, message: 1, fidelity: 'faithful' }
  ],
  something: 'new'
};

async function server(context: TestContext, script: Script): Promise<Scripted> {
  const started = await scripted(script);
  context.after(started.close);
  return started;
}

test('a changed message is replaced, and the others are the very objects that were given', async t => {
  const { url, sent } = await server(t, (_, response) => {
    json(response, ANSWER);
  });
  const result = await compress(MESSAGES, { baseUrl: url, model: 'gpt-4.1' });
  assert.equal(result.error, null);
  assert.equal(result.messages[0], MESSAGES[0]);
  assert.deepEqual(result.messages[1], { role: 'tool', content: 'short', tool_call_id: 'c1' });
  assert.deepEqual([result.tokensBefore, result.tokensAfter, result.tokensSaved], [1000, 190, 810]);
  assert.equal(result.savedFraction, 0.81);
  assert.deepEqual(result.decisions[1]?.refs, ['0123456789ab']);
  assert.equal(MESSAGES[1]?.content, 'a long text');
  assert.deepEqual(sent[0]?.body, { messages: MESSAGES, model: 'gpt-4.1', retrieval: true });
});

test('all options are sent, by the names of the contract', async t => {
  const { url, sent } = await server(t, (_, response) => {
    json(response, { ...ANSWER, budget_met: true });
  });
  const result = await compress(MESSAGES, {
    baseUrl: `${url}/v1/`,
    token: 'secret',
    project: '/home/å b',
    level: 'lossless',
    budget: 500,
    frozen: 1,
    retrieval: false,
    compressUser: true
  });
  assert.equal(result.budgetMet, true);
  assert.equal(sent[0]?.path, '/v1/compress');
  assert.equal(sent[0].headers['x-headroom-token'], 'secret');
  assert.equal(decodeURIComponent(String(sent[0].headers['x-headroom-project'])), '/home/å b');
  const { messages, ...options } = sent[0].body;
  assert.deepEqual(messages, MESSAGES);
  assert.deepEqual(options, { level: 'lossless', budget: 500, frozen: 1, retrieval: false, compress_user: true });
});

const FAILURES: [string, new (...given: never[]) => HeadroomError, RegExp, Script][] = [
  ['a refusal', HeadroomStatusError, /level='x' is unknown/, (_, response) => {
    json(response, { error: { type: 'invalid_request_error', message: "level='x' is unknown" } }, 400);
  }],
  ['a failure', HeadroomStatusError, /answered 503/, (_, response) => {
    json(response, {}, 503);
  }],
  ['another program', HeadroomResponseError, /no JSON/, (_, response) => {
    response.end('<html>It works!</html>');
  }],
  ['a bare value', HeadroomResponseError, /no JSON object/, (_, response) => {
    json(response, [1]);
  }],
  ['another version', HeadroomResponseError, /no proper tokens_before/, (_, response) => {
    json(response, { ...ANSWER, tokens_before: '1000' });
  }],
  ['unknown decisions', HeadroomResponseError, /no proper fidelity/, (_, response) => {
    json(response, { ...ANSWER, decisions: [{ ...DECISION, message: 1, fidelity: 'guessed' }] });
  }],
  ['fewer messages', HeadroomResponseError, /other messages/, (_, response) => {
    json(response, { ...ANSWER, messages: [] });
  }],
  ['a line cut off', HeadroomConnectionError, /start one with: headroom proxy/, (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{');
    response.destroy();
  }],
  ['a redirection', HeadroomConnectionError, /start one with: headroom proxy/, (_, response) => {
    response.writeHead(307, { location: '/v1/elsewhere' });
    response.end();
  }]
];

for (const [what, kind, told, script] of FAILURES) {
  test(`after ${what} the originals are used and the error says why`, async t => {
    const { url, sent } = await server(t, script);
    const result = await compress(MESSAGES, { baseUrl: url });
    assert.deepEqual(result.messages, MESSAGES);
    assert.equal(result.messages[1], MESSAGES[1]);
    assert.ok(result.error instanceof kind, String(result.error));
    assert.match(result.error.message, told);
    assert.equal(result.error.name, kind.name);
    assert.deepEqual([result.tokensBefore, result.tokensSaved, result.decisions.length], [null, 0, 0]);
    await assert.rejects(compress(MESSAGES, { baseUrl: url, throwOnError: true }), kind);
    assert.ok(sent.every(({ path }) => path === '/v1/compress'));
  });
}

test('without a proxy the originals are used', async t => {
  const { url, close } = await server(t, () => undefined);
  await close();
  const result = await compress(MESSAGES, { baseUrl: url });
  assert.ok(result.error instanceof HeadroomConnectionError);
  assert.ok(result.error.cause);
  assert.deepEqual(result.messages, MESSAGES);
});

test('a status error carries the proxy’s own type', async t => {
  const { url } = await server(t, (_, response) => {
    json(response, { error: { type: 'invalid_request_error', message: 'no' } }, 422);
  });
  const { error } = await compress(MESSAGES, { baseUrl: url });
  assert.ok(error instanceof HeadroomStatusError);
  assert.deepEqual([error.status, error.type], [422, 'invalid_request_error']);
});

test('what the proxy left alone it gives the reason for, with its counts', async t => {
  const { url } = await server(t, (_, response) => {
    json(response, { ...ANSWER, messages: MESSAGES, tokens_after: 1000, decisions: [], error: 'store: the disk is full' });
  });
  const result = await compress(MESSAGES, { baseUrl: url });
  assert.ok(result.error instanceof HeadroomLeftAloneError);
  assert.match(result.error.message, /disk is full/);
  assert.equal(result.tokensBefore, 1000);
  assert.equal(result.messages[1], MESSAGES[1]);
  await assert.rejects(compress(MESSAGES, { baseUrl: url, throwOnError: true }), HeadroomLeftAloneError);
});

test('a proxy that does not answer is not waited for longer than timeoutMs', async t => {
  const { url } = await server(t, () => undefined);
  const { error } = await compress(MESSAGES, { baseUrl: url, timeoutMs: 20 });
  assert.ok(error instanceof HeadroomTimeoutError);
  assert.match(error.message, /20 ms/);
});

test('an AbortSignal stops the request, and one that fired before sends none', async t => {
  const controller = new AbortController();
  const { url, sent } = await server(t, () => {
    controller.abort(new Error('enough'));
  });
  const options = { baseUrl: url, signal: controller.signal, timeoutMs: 0 };
  const stopped = await compress(MESSAGES, options);
  assert.ok(stopped.error instanceof HeadroomAbortError);
  assert.deepEqual(stopped.messages, MESSAGES);
  assert.equal((stopped.error.cause as Error).message, 'enough');
  const before = await compress(MESSAGES, options);
  assert.ok(before.error instanceof HeadroomAbortError);
  assert.equal(sent.length, 1);
});

test('what JSON cannot hold is told apart from a proxy that is not there', async () => {
  const own: Record<string, unknown> = { role: 'user', content: 1n };
  const { error, messages } = await compress([own]);
  assert.ok(error instanceof HeadroomInputError);
  assert.equal(messages[0], own);
});

test('callers without types get an error and no exception', async () => {
  const { error } = await compress('no list' as unknown as Message[]);
  assert.ok(error instanceof HeadroomInputError);
});

test('another fetch can be given, and its failure is no exception', async () => {
  const asked: string[] = [];
  const result = await compress(MESSAGES, {
    fetch: input => {
      asked.push(input instanceof Request ? input.url : String(input));
      return Promise.reject(new TypeError('offline'));
    }
  });
  assert.deepEqual(asked, ['http://127.0.0.1:8787/v1/compress']);
  assert.ok(result.error instanceof HeadroomConnectionError);
});
