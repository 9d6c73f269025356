import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  answerRetrieveCall,
  countTokens,
  HeadroomConnectionError,
  HeadroomResponseError,
  HeadroomStatusError,
  retrieve,
  retrieveTool,
  RETRIEVE_NAME
} from '../../src/client/index.js';
import { json, scripted } from './scripted.js';

test('a slice is asked for by the words of a mark', async t => {
  const { url, sent, close } = await scripted((_, response) => {
    json(response, { text: 'the lines' });
  });
  t.after(close);
  const found = await retrieve('0123456789ab', { baseUrl: url, lines: '4-9', at: '$.items', maxTokens: 300 });
  assert.equal(found, 'the lines');
  assert.equal(sent[0]?.path, '/v1/retrieve');
  assert.deepEqual(sent[0].body, { ref: '0123456789ab', lines: '4-9', at: '$.items', max_tokens: 300 });
});

test('what is not there is an error with a status', async t => {
  const { url, close } = await scripted((_, response) => {
    json(response, { error: { type: 'not_found', message: 'no original 0123456789ab: it was never stored' } }, 404);
  });
  t.after(close);
  await assert.rejects(
    retrieve('0123456789ab', { baseUrl: url }),
    error => error instanceof HeadroomStatusError && error.status === 404 && error.message.includes('never stored')
  );
  assert.match(await answerRetrieveCall('{"ref": "0123456789ab"}', { baseUrl: url }), /never stored/);
});

test('an answer without a text is none', async t => {
  const { url, close } = await scripted((_, response) => {
    json(response, { text: 7 });
  });
  t.after(close);
  await assert.rejects(retrieve('0123456789ab', { baseUrl: url }), HeadroomResponseError);
});

const CALLS: [string | object, Record<string, unknown>][] = [
  ['{"ref":"0123456789ab","query":"paper","max_tokens":"200"}', { ref: '0123456789ab', query: 'paper', max_tokens: 200 }],
  [{ ref: '0123456789ab', lines: [4, '9-12'], rows: 5, at: null }, { ref: '0123456789ab', lines: '4,9-12', rows: '5' }],
  ['{"ref":"0123456', { ref: '' }],
  ['[]', { ref: '' }],
  [{ ref: { a: 1 }, max_tokens: -1 }, { ref: '' }]
];

for (const [call, body] of CALLS) {
  test(`a model's call ${JSON.stringify(call)} is read as it was meant`, async t => {
    const { url, sent, close } = await scripted((_, response) => {
      json(response, { text: 'found' });
    });
    t.after(close);
    assert.equal(await answerRetrieveCall(call, { baseUrl: url }), 'found');
    assert.deepEqual(sent[0]?.body, body);
  });
}

test('tokens of a text and of messages are counted', async t => {
  const { url, sent, close } = await scripted((_, response) => {
    json(response, { tokens: 7, is_estimate: true });
  });
  t.after(close);
  assert.deepEqual(await countTokens('a text', { baseUrl: url, model: 'claude-sonnet-4-5' }), {
    tokens: 7,
    isEstimate: true
  });
  await countTokens([{ role: 'user', content: 'x' }], { baseUrl: url });
  assert.deepEqual(sent[0]?.body, { text: 'a text', model: 'claude-sonnet-4-5' });
  assert.deepEqual(sent[1]?.body, { messages: [{ role: 'user', content: 'x' }] });
  await close();
  await assert.rejects(countTokens('a text', { baseUrl: url }), HeadroomConnectionError);
});

test('the tool goes by one name in every format', () => {
  assert.equal(retrieveTool('openai').function.name, RETRIEVE_NAME);
  assert.equal(retrieveTool('openai_responses').name, RETRIEVE_NAME);
  assert.equal(retrieveTool('anthropic').name, RETRIEVE_NAME);
  assert.equal(retrieveTool('gemini').functionDeclarations[0]?.name, RETRIEVE_NAME);
  assert.notEqual(retrieveTool('anthropic').input_schema, retrieveTool('anthropic').input_schema);
});
