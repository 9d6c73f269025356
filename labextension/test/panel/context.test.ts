import assert from 'node:assert/strict';
import test from 'node:test';

import { percent, saved } from '../../src/panel/context/format.js';
import { dollars, knownModels } from '../../src/panel/context/money.js';
import { askForNotebook, following, missingRow, restored, toggled, tokensOfCells, totalsOf, type Choices } from '../../src/panel/context/state.js';
import type { PricesAnswer, Row } from '../../src/panel/protocol.js';

const choices: Choices = { query: '', model: 'gpt-4o', level: 'faithful', budget: null, exclude: [], whole: [], variables: [], files: [], pins: {} };
const prices: PricesAnswer = {
  compiled: '2026-11-01',
  currency: 'USD',
  per_tokens: 1_000_000,
  models: [{ model: 'gpt-4o', input: 2.5, write: 2.5, read: 1.25, window: 128_000 }]
};

test('a share is never rounded up to all of it', () => {
  assert.equal(percent(0.9999), '99 %');
  assert.equal(percent(1), '100 %');
  assert.equal(saved(0, 0), '0 %');
  assert.equal(saved(1000, 290), '71 %');
});

test('a price has as many digits as tell something', () => {
  assert.deepEqual([0, 12.3, 0.0412, 0.00012].map(dollars), ['$0.00', '$12.30', '$0.041', '$0.00012']);
});

test('a published price is dated, an own one too, and what nobody knows stays unknown', () => {
  const found = knownModels(prices, { 'gpt-4o': { input: 3, as_of: '2026-11-20' } }, ['gpt-4o', 'home-made']);
  assert.deepEqual(found.map(one => [one.model, one.perMillion, one.asOf, one.isOwn, one.window]), [
    ['gpt-4o', 3, '2026-11-20', true, 128_000],
    ['home-made', null, '', false, null]
  ]);
  const [published] = knownModels(prices, {}, []);
  assert.deepEqual([published?.perMillion, published?.asOf, published?.isOwn], [2.5, '2026-11-01', false]);
  assert.equal(knownModels(null, {}, ['gpt-4o'])[0]?.perToken, null);
});

test('what was added by hand takes its part of the budget', () => {
  assert.equal(askForNotebook({ ...choices, budget: 1000 }, 300).budget, 700);
  assert.equal(askForNotebook({ ...choices, budget: 100 }, 300).budget, 0);
  assert.ok(!('budget' in askForNotebook(choices, 300)));
});

test('only included rows count', () => {
  const rows = [[100, 10, true], [50, 5, false]].map(
    ([tokens_before, tokens_after, is_included]) => ({ tokens_before, tokens_after, is_included, is_estimate: !is_included }) as Row
  );
  assert.deepEqual(totalsOf(rows), { before: 100, after: 10, isEstimate: false });
});

test('what a cell costs is the sum of its rows, code, text and pictures apart', () => {
  const row = (cell_id: string | null, role: string, kind: string, before: number, after: number): Row =>
    ({ cell_id, role, kind, tokens_before: before, tokens_after: after }) as Row;
  const rows = [row('a', 'source', 'code', 5, 5), row('a', 'output', 'log', 90, 9), row('a', 'output', 'image', 20, 10), row(null, 'file', 'log', 7, 7)];
  assert.deepEqual(tokensOfCells(rows), [
    { cell_id: 'a', code: { before: 5, after: 5 }, text: { before: 90, after: 9 }, image: { before: 20, after: 10 } }
  ]);
});

test('rows that did not change stay the same objects, and those not read yet stay', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(id => missingRow(id, id, true, '')) as [Row, Row, Row];
  const again = { ...a };
  const changed = { ...b, tokens_after: 7 };
  const next = following([again, changed], [a, b, c], false);
  assert.deepEqual(next, [a, changed, c]);
  assert.equal(next[0], a);
  assert.deepEqual(following([again, changed], [a, b, c], true), [a, changed]);
  const same = [a, b];
  assert.equal(following([{ ...a }, { ...b }], same, true), same);
});

test('toggling twice changes nothing', () => {
  assert.deepEqual(toggled(['a', 'b'], 'b', true), ['a', 'b']);
  assert.deepEqual(toggled(toggled(['a'], 'b', true), 'b', false), ['a']);
});

test('what was kept by another version does no harm', () => {
  assert.deepEqual(restored(undefined, choices), choices);
  assert.deepEqual(restored({ level: 'tiny', budget: 'much', exclude: [1, 'cell source'], pins: { a: 'b' }, query: 7 }, choices), {
    ...choices,
    exclude: ['cell source']
  });
  const kept = { ...choices, query: 'why?', budget: 500, pins: { 'file a': [[1, 3]] as [number, number][] } };
  assert.deepEqual(restored(JSON.parse(JSON.stringify(kept)), choices), kept);
});
