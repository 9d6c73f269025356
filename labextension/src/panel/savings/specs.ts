/** Charts of the books, as Vega-Lite: pure. Vega itself is Lab's. */
import type { Figures, SavingsAnswer } from '../protocol.js';

/** Colours and font of the page the chart stands in. */
export interface Look {
  text: string;
  grid: string;
  before: string;
  after: string;
  retrieved: string;
  font: string;
  /** Of the whole chart, in pixels. */
  width: number;
}

export interface Words {
  before: string;
  after: string;
  retrieved: string;
  tokens: string;
  day: string;
  cached: string;
}

type Spec = Record<string, unknown>;

/** Three words of a legend need this many pixels. */
const NARROW = 300;
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

/** Tokens of each day: without compression, with it, and what retrievals paid back. */
export function overTime(answer: SavingsAnswer, words: Words, look: Look): Spec {
  const values = [...daily(answer)].flatMap(([day, one]) => [
    { day, what: words.before, tokens: one.tokens_before },
    { day, what: words.after, tokens: one.tokens_after },
    { day, what: words.retrieved, tokens: one.tokens_retrieved }
  ]);
  return {
    ...frame(look),
    data: { values },
    height: 140,
    mark: { type: 'line', point: true },
    encoding: {
      x: days(),
      y: { field: 'tokens', type: 'quantitative', title: null, axis: { format: '~s', tickCount: 5 } },
      color: colours(words, look),
      tooltip: tooltips('day', words.day, words.tokens)
    }
  };
}

/** Tokens of each group, the largest first. */
export function byGroup(groups: Record<string, Figures>, title: string, words: Words, look: Look, most = 12): Spec {
  const largest = Object.entries(groups)
    .filter(([, one]) => one.tokens_before + one.tokens_after > 0)
    .sort(([, one], [, other]) => other.tokens_before - one.tokens_before)
    .slice(0, most);
  const values = largest.flatMap(([group, one]) => [
    { group, what: words.before, tokens: one.tokens_before },
    { group, what: words.after, tokens: one.tokens_after }
  ]);
  return {
    ...frame(look),
    data: { values },
    height: 30 + 22 * largest.length,
    mark: 'bar',
    encoding: {
      y: { field: 'group', type: 'nominal', title: null, sort: largest.map(([group]) => group), axis: { labelLimit: 110 } },
      yOffset: { field: 'what', sort: [words.before, words.after] },
      x: { field: 'tokens', type: 'quantitative', title: null, axis: { format: '~s', tickCount: 4 } },
      color: { ...colours(words, look), legend: null },
      tooltip: tooltips('group', title, words.tokens)
    }
  };
}

/** Share of the input that providers read from their prompt caches, day by day. */
export function cacheOverTime(answer: SavingsAnswer, words: Words, look: Look): Spec {
  const values = [...daily(answer)]
    .filter(([, one]) => one.input_tokens > 0)
    .map(([day, one]) => ({ day, share: one.cached_tokens / one.input_tokens }));
  return {
    ...frame(look),
    data: { values },
    height: 100,
    mark: { type: 'bar', color: look.after },
    encoding: {
      x: days(),
      y: { field: 'share', type: 'quantitative', title: null, axis: { format: '%', tickCount: 3 }, scale: { domain: [0, 1] } },
      tooltip: [
        { field: 'day', type: 'nominal', title: words.day },
        { field: 'share', type: 'quantitative', format: '.1%', title: words.cached }
      ]
    }
  };
}

type Sums = Pick<Figures, 'tokens_before' | 'tokens_after' | 'tokens_retrieved' | 'input_tokens' | 'cached_tokens'>;

/** Sums of the groups of each day, in the order of days. */
export function daily({ series }: SavingsAnswer): Map<string, Sums> {
  const days = new Map<string, Sums>();
  for (const { day, figures } of series) {
    const sums = days.get(day) ?? { tokens_before: 0, tokens_after: 0, tokens_retrieved: 0, input_tokens: 0, cached_tokens: 0 };
    for (const name of Object.keys(sums) as (keyof Sums)[]) {
      sums[name] += figures[name];
    }
    days.set(day, sums);
  }
  return days;
}

/** The heading says what is drawn, so axes have no titles: the panel is narrow. */
function days(): Spec {
  return { field: 'day', type: 'ordinal', title: null, axis: { labelAngle: -40, labelOverlap: true } };
}

function colours(words: Words, look: Look): Spec {
  return {
    field: 'what',
    type: 'nominal',
    title: null,
    legend: { orient: 'top', columns: look.width < NARROW ? 2 : 3, columnPadding: 6, symbolSize: 60 },
    scale: { domain: [words.before, words.after, words.retrieved], range: [look.before, look.after, look.retrieved] }
  };
}

function tooltips(field: string, title: string, tokens: string): Spec[] {
  return [
    { field, type: 'nominal', title },
    { field: 'what', type: 'nominal', title: ' ' },
    { field: 'tokens', type: 'quantitative', format: ',', title: tokens }
  ];
}

function frame(look: Look): Spec {
  return {
    $schema: SCHEMA,
    width: look.width,
    autosize: { type: 'fit-x', contains: 'padding' },
    background: null,
    config: {
      font: look.font,
      axis: { labelColor: look.text, titleColor: look.text, gridColor: look.grid, domainColor: look.grid, tickColor: look.grid },
      legend: { labelColor: look.text, titleColor: look.text },
      view: { stroke: null }
    }
  };
}
