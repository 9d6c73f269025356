// An agent's loop with the openai package, streaming: the way the client is meant to be used. Against a scripted proxy,
// and against a real one where HEADROOM_TEST_PROXY tells its address (tests/test_labextension.py starts one).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerResponse } from 'node:http';

import OpenAI from 'openai';

import { answerRetrieveCall, compress, retrieve, retrieveTool, RETRIEVE_NAME } from '../../src/client/index.js';
import { json, scripted, type Scripted, type Sent } from './scripted.js';

type Message = OpenAI.ChatCompletionMessageParam;

const LINES = Array.from({ length: 600 }, (_, i) =>
  i === 400 ? 'ERROR unit 400 failed: out of paper' : `INFO unit ${i} was built in ${(i * 7) % 90} ms`
);
const OUTPUT = LINES.join('\n') + '\n';

function textOf(message: Message | undefined): string {
  return typeof message?.content === 'string' ? message.content : '';
}

/** A model that runs a tool, asks for what was left out of its result, and ends. */
function model(sent: Sent, response: ServerResponse): void {
  const messages = sent.body.messages as Message[];
  const results = messages.filter(message => message.role === 'tool');
  if (results.length === 0) {
    stream(response, call('c1', 'run_build', '{}'));
  } else if (results.length === 1) {
    const mark = /<<ccr:([0-9a-f]{12})/.exec(textOf(results[0]));
    stream(response, call('c2', RETRIEVE_NAME, JSON.stringify({ ref: mark?.[1] ?? 'none', lines: '78' })));
  } else {
    stream(response, [{ content: 'It ' }, { content: 'ran out of ' }, { content: 'paper.' }]);
  }
}

function call(id: string, name: string, given: string): object[] {
  const half = given.length / 2;
  const start = { index: 0, id, type: 'function', function: { name, arguments: '' } };
  const rest = [given.slice(0, half), given.slice(half)].map(part => ({ index: 0, function: { arguments: part } }));
  return [start, ...rest].map(piece => ({ tool_calls: [piece] }));
}

function stream(response: ServerResponse, deltas: object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const reason = 'content' in (deltas[0] ?? {}) ? 'stop' : 'tool_calls';
  const choices = [{ role: 'assistant' }, ...deltas].map(delta => ({ index: 0, delta, finish_reason: null }));
  for (const choice of [...choices, { index: 0, delta: {}, finish_reason: reason }]) {
    const chunk = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices: [choice] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

async function run(upstream: Scripted, baseUrl: string): Promise<Message[]> {
  const openai = new OpenAI({ apiKey: 'none', baseURL: `${upstream.url}/v1`, maxRetries: 0 });
  const messages: Message[] = [{ role: 'user', content: 'What failed?' }];
  for (let round = 0; round < 5; round++) {
    const small = await compress(messages, { model: 'gpt-4o', baseUrl });
    assert.equal(small.error, null);
    const reply = openai.chat.completions.stream({
      model: 'gpt-4o',
      messages: small.messages,
      tools: [retrieveTool('openai')]
    });
    const said = await reply.finalMessage();
    messages.push(said);
    if (said.tool_calls === undefined || said.tool_calls.length === 0) {
      return messages;
    }
    for (const made of said.tool_calls) {
      assert.ok(made.type === 'function');
      const { name, arguments: given } = made.function;
      const content = name === RETRIEVE_NAME ? await answerRetrieveCall(given, { baseUrl }) : OUTPUT;
      messages.push({ role: 'tool', tool_call_id: made.id, content });
    }
  }
  throw new Error('the model did not come to an end');
}

test('a loop that streams sends little, gets back what it asks for, and keeps its prefix', async t => {
  const upstream = await scripted(model);
  t.after(upstream.close);
  const small = `${LINES[400] ?? ''}\n<<ccr:0123456789ab lines 1-400,402-600 of 600>>\n`;
  const proxy = await scripted(({ path, body }, response) => {
    if (path === '/v1/retrieve') {
      json(response, { text: LINES[77] });
      return;
    }
    const given = body.messages as Message[];
    const isLong = (message: Message): boolean => message.content === OUTPUT;
    const decisions = given.map((message, index) => ({
      message: index,
      block: 0,
      kind: '',
      compressor: '',
      fidelity: isLong(message) ? 'faithful' : 'verbatim',
      tokens_before: 1,
      tokens_after: 1,
      refs: [],
      reason: ''
    }));
    const messages = given.map(message => (isLong(message) ? { ...message, content: small } : message));
    json(response, { messages, tokens_before: 2, tokens_after: 1, decisions, error: null, budget_met: null });
  });
  t.after(proxy.close);
  await check(upstream, proxy.url);
});

const real = process.env.HEADROOM_TEST_PROXY;

test('the same against a real proxy', { skip: real === undefined && 'HEADROOM_TEST_PROXY is not set' }, async t => {
  assert.ok(real !== undefined);
  const upstream = await scripted(model);
  t.after(upstream.close);
  const messages = await check(upstream, real);
  const mark = /<<ccr:([0-9a-f]{12})/.exec(sentMessages(upstream, 1)[2] ?? '');
  assert.equal(await retrieve(mark?.[1] ?? '', { baseUrl: real }), OUTPUT);
  assert.equal(messages.length, 6);
});

async function check(upstream: Scripted, baseUrl: string): Promise<Message[]> {
  const messages = await run(upstream, baseUrl);
  assert.equal(messages.at(-1)?.content, 'It ran out of paper.');
  assert.ok(textOf(messages[4]).includes('unit 77 '), textOf(messages[4]));
  assert.equal(messages[2]?.content, OUTPUT);
  const [, second, third] = [0, 1, 2].map(round => sentMessages(upstream, round));
  assert.ok(second && third);
  assert.ok((second[2] ?? '').length < 0.3 * OUTPUT.length);
  assert.ok(second[2]?.includes('out of paper'));
  assert.deepEqual(third.slice(0, second.length), second);
  return messages;
}

function sentMessages(upstream: Scripted, round: number): string[] {
  return (upstream.sent[round]?.body.messages as Message[]).map(message => JSON.stringify(message));
}
