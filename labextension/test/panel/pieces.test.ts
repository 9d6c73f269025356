import assert from 'node:assert/strict';
import { test } from 'node:test';

import { differencesOf, omittedLines, piecesOf, sourceOffset } from '../../src/panel/compare/pieces.js';
import { hitsOf, MOST_HITS, occurrences } from '../../src/panel/compare/search.js';
import type { Span } from '../../src/panel/protocol.js';

const ORIGINAL = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const TEXT = 'one\n<<ccr:0123456789ab lines 2-6 of 7>>\nseven!\n';
const SPANS: Span[] = [
  [0, 4, 0, 4],
  [4, 28, 4, 40],
  [28, 34, 40, 47]
];

test('a run that a marker stands for is left out, other runs are the same or rewritten', () => {
  assert.deepEqual(piecesOf(ORIGINAL, TEXT, SPANS).map(piece => piece.change), ['same', 'omitted', 'rewritten']);
});

test('a marker in a comment leaves out, and a text that only looks like one rewrites', () => {
  const long = 'x'.repeat(30);
  for (const [shown, change] of [
    ['    # <<90-120>>', 'omitted'],
    ['/* <<ccr:0123456789ab lines 1-9 of 9; 3 of it> */', 'rewritten'],
    ['<!-- <<rows 2-9 of 10 at $.a; ok 3>> -->', 'omitted'],
    ['<<90-120>> and more', 'rewritten'],
    ['', 'omitted']
  ] as const) {
    assert.equal(piecesOf(long, shown, [[0, 30, 0, shown.length]])[0]?.change, change, shown);
  }
});

test('differences leave out what both sides begin and end with', () => {
  const found = differencesOf('key: a', 'key: b', [{ change: 'rewritten', sourceStart: 0, sourceEnd: 6, start: 0, end: 6 }]);
  assert.deepEqual(found, [{ fromA: 5, toA: 6, fromB: 5, toB: 6 }]);
});

test('applying the differences to the original gives the text', () => {
  let made = '';
  let at = 0;
  for (const one of differencesOf(ORIGINAL, TEXT, piecesOf(ORIGINAL, TEXT, SPANS))) {
    made += ORIGINAL.slice(at, one.fromA) + TEXT.slice(one.fromB, one.toB);
    at = one.toA;
  }
  assert.equal(made + ORIGINAL.slice(at), TEXT);
});

test('a fold covers whole lines that are left out, and knows their numbers', () => {
  const found = omittedLines(ORIGINAL, piecesOf(ORIGINAL, TEXT, SPANS));
  assert.deepEqual(found, [{ from: 4, to: 27, firstLine: 2, lastLine: 6 }]);
  assert.equal(ORIGINAL.slice(4, 27), 'two\nthree\nfour\nfive\nsix');
});

test('a fold leaves lines alone of which something is shown', () => {
  const pieces = piecesOf(ORIGINAL, 'on<<2-5>>', [
    [0, 2, 0, 2],
    [2, 25, 2, 9],
    [25, 34, 9, 9]
  ]);
  const [fold] = omittedLines(ORIGINAL, pieces, 2);
  assert.deepEqual(fold, { from: 4, to: 33, firstLine: 2, lastLine: 7 });
});

test('the end of an original without a line end is folded too', () => {
  const pieces = piecesOf('a\nb\nc\nd', 'a\n<<2-4>>', [
    [0, 2, 0, 2],
    [2, 7, 2, 9]
  ]);
  assert.deepEqual(omittedLines('a\nb\nc\nd', pieces, 3), [{ from: 2, to: 7, firstLine: 2, lastLine: 4 }]);
});

test('an offset of the text is found again in the original', () => {
  const pieces = piecesOf(ORIGINAL, TEXT, SPANS);
  assert.equal(sourceOffset(pieces, 2), 2);
  assert.equal(sourceOffset(pieces, 10), 4);
  assert.equal(sourceOffset(pieces, 9999), 28);
  assert.equal(sourceOffset([], 3), 0);
});

test('hits of both sides come in the order in which they stand beside each other', () => {
  const hits = hitsOf(ORIGINAL, TEXT, 'E', piecesOf(ORIGINAL, TEXT, SPANS));
  assert.deepEqual(hits.map(hit => hit.side), [
    ...['before', 'after'], // one
    ...['after', 'before', 'before', 'before'], // the marker, three, five
    ...['after', 'after', 'before', 'before'] // seven
  ]);
  assert.deepEqual(hits[0], { side: 'before', from: 2, to: 3 });
  assert.deepEqual(hits[1], { side: 'after', from: 2, to: 3 });
});

test('letters whose lower case is longer shift no hit', () => {
  assert.deepEqual(occurrences('\u0130\u0130 word', 'word'), [3]);
});

test('a search stops at what nobody steps through', () => {
  assert.equal(occurrences('a'.repeat(50_000), 'a').length, MOST_HITS);
  assert.deepEqual(occurrences('abc', ''), []);
});
