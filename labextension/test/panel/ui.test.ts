import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { MarkerPlace } from '../../src/panel/protocol.js';
import { bytes, distance, grouped, savedPercent, short } from '../../src/panel/ui/figures.js';
import { foldLines, withoutRange, withRange } from '../../src/panel/ui/foldModel.js';
import { visible } from '../../src/panel/ui/visible.js';
import { rowWindow, scrolledTo } from '../../src/panel/ui/window.js';

const place = (start: number, end: number): MarkerPlace => ({
  start, end, marker: '', ref: '', source_start: null, source_end: null, first_line: null, last_line: null
});

test('a list of a million rows draws those in view and a few more', () => {
  const drawn = rowWindow(1_000_000, 20, 10_000_000, 400);
  assert.deepEqual(drawn, { first: 499_994, end: 500_026, before: 9_999_880, after: 9_999_480 });
});

test('what is drawn and what is not make up the whole list, wherever it is scrolled to', () => {
  for (const total of [0, 1, 7, 500]) {
    for (const top of [-50, 0, 33, 4000, 1e9]) {
      const { first, end, before, after } = rowWindow(total, 20, top, 100);
      assert.equal(before + after + (end - first) * 20, total * 20);
      assert.ok(first >= 0 && end <= total && (total === 0 || end > first), `${total} ${top}`);
    }
  }
});

test('a row that is in view does not scroll, another comes to the nearer edge', () => {
  assert.equal(scrolledTo(5, 20, 40, 100), 40);
  assert.equal(scrolledTo(0, 20, 40, 100), 0);
  assert.equal(scrolledTo(20, 20, 40, 100), 320);
});

test('a marker is a segment of its own, and nothing of the text is lost', () => {
  const text = 'a<<1>>b\n<<2-3>>\n\nend';
  const lines = foldLines(text, [place(1, 6), place(8, 15)]);
  assert.deepEqual(lines.map(line => line.segments.map(one => ('marker' in one ? 'M' : one.text)).join('|')), ['a|M|b', 'M', '', 'end']);
  const whole = lines.map(line => line.segments.map(one => ('marker' in one ? text.slice(one.marker.start, one.marker.end) : one.text)).join(''));
  assert.equal(whole.join('\n'), text);
});

test('pinned lines that touch become one range, and one line of a range can be let go', () => {
  assert.deepEqual(withRange([[1, 3], [9, 9]], [4, 5]), [[1, 5], [9, 9]]);
  assert.deepEqual(withRange([[1, 10]], [2, 3]), [[1, 10]]);
  assert.deepEqual(withoutRange([[1, 5], [9, 9]], [3, 3]), [[1, 2], [4, 5], [9, 9]]);
  assert.deepEqual(withoutRange([[3, 3]], [3, 3]), []);
});

test('what cannot be seen is written out', () => {
  assert.equal(visible('\x1b[31mred\r'), '\u241b[31mred\u240d');
  assert.equal(visible('a\u202eb\ttab'), 'a\u27e8U+202E\u27e9b\ttab');
});

test('shares are rounded down, and only what is empty has lost all', () => {
  assert.deepEqual([[100_000, 40], [100, 100], [3, 2], [0, 0], [5, 0]].map(([a, b]) => savedPercent(a ?? 0, b ?? 0)), ['99.9 %', '0 %', '33.3 %', '0 %', '100 %']);
});

test('sizes and distances read as people say them', () => {
  assert.deepEqual([999, 1500, 150_000, 2e9].map(bytes), ['999 B', '1.5 kB', '150 kB', '2.0 GB']);
  assert.equal(grouped(1234567), '1,234,567');
  assert.equal(distance(0, 7200, 'en'), '2 hours ago');
  assert.equal(distance(86_400 * 30, 0, 'en'), 'in 30 days');
});

test('large counts are short where there is no room', () => {
  assert.deepEqual([0, 999, 1000, 9_949, 9_960, 999_499, 999_600].map(short), ['0', '999', '1.0k', '9.9k', '10k', '999k', '1.0M']);
});
