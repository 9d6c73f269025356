import assert from 'node:assert/strict';
import { test } from 'node:test';

import { comparables, headline, isMarker, preview } from '../../src/panel/mime/payload.js';
import type { Figures, SavingsAnswer } from '../../src/panel/protocol.js';
import { byGroup, cacheOverTime, daily, overTime } from '../../src/panel/savings/specs.js';

const LOOK = { text: 'black', grid: 'grey', before: 'red', after: 'green', retrieved: 'blue', font: 'sans', width: 200 };
const WORDS = { before: 'before', after: 'after', retrieved: 'retrieved', tokens: 'tokens', day: 'day', cached: 'cached' };

const figures = (tokens_before: number, tokens_after: number, input_tokens = 0, cached_tokens = 0): Figures => ({
  blocks: 1, tokens_before, tokens_after, retrievals: 0, tokens_retrieved: 5, calls: 0, input_tokens, cached_tokens, written_tokens: 0,
  tokens_saved: tokens_before - tokens_after - 5, saved_fraction: 0, cached_fraction: 0, basis: { counted: [], measured: [] }
});
const ANSWER: SavingsAnswer = {
  project: 'p', scope: 'all', by: 'compressor', total: figures(300, 60),
  groups: { log: figures(200, 40), json: figures(100, 20), '': figures(0, 0) },
  series: [
    { day: '2026-01-01', group: 'log', figures: figures(200, 40, 50, 25) },
    { day: '2026-01-02', group: 'json', figures: figures(60, 10) },
    { day: '2026-01-01', group: 'json', figures: figures(40, 10, 50, 50) }
  ]
};
const values = (spec: Record<string, unknown>): Record<string, unknown>[] => (spec.data as { values: Record<string, unknown>[] }).values;

test('a day sums its groups', () => {
  assert.deepEqual([...daily(ANSWER)].map(([day, one]) => [day, one.tokens_before, one.tokens_after]), [['2026-01-01', 240, 50], ['2026-01-02', 60, 10]]);
});

test('the chart over time has three points a day', () => {
  assert.deepEqual(values(overTime(ANSWER, WORDS, LOOK)).map(one => one.tokens), [240, 50, 10, 60, 10, 5]);
});

test('groups come largest first, and those without a compression not at all', () => {
  assert.deepEqual(values(byGroup(ANSWER.groups, 'compressor', WORDS, LOOK)).map(one => one.group), ['log', 'log', 'json', 'json']);
  assert.equal(values(byGroup(ANSWER.groups, 'compressor', WORDS, LOOK, 1)).length, 2);
});

test('the cache is a share of what providers measured', () => {
  assert.deepEqual(values(cacheOverTime(ANSWER, WORDS, LOOK)), [{ day: '2026-01-01', share: 0.75 }]);
});

test('a result names its original, a conversation one for each changed block', () => {
  const text = { type: 'text', refs: ['0123456789ab'], kind: 'log', tokens: { before: 9, after: 3 } };
  assert.deepEqual(comparables(text), [{ ref: '0123456789ab', title: 'log', before: 9, after: 3 }]);
  const messages = { type: 'messages', decisions: [{ ...text, message: 2 }, { message: 3, refs: [] }] };
  assert.deepEqual(comparables(messages).map(one => one.title), ['message 2 · log']);
});

test('what is malformed names nothing', () => {
  for (const data of [null, 3, [], {}, { type: 'text' }, { type: 'text', refs: ['../../etc', 7, '<b>'] }, { type: 'messages', decisions: [null, 'x'] }]) {
    assert.deepEqual(comparables(data), []);
  }
  assert.equal(preview({ preview: 7 }) + headline({ headline: {} }), '');
});

test('a marker is told from a text that begins like one', () => {
  assert.ok(isMarker('<<ccr:0123456789ab lines 3-6 of 17001>>') && isMarker('<<9-20>>'));
  assert.ok(!isMarker('left out: lines 3 to 9') && !isMarker('<<ccr:0123456789ab lines 3>> <<4>>'));
});
