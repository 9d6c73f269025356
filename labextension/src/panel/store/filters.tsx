import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';

import type { StoreModel } from './model.js';

const DAY_S = 86_400;
const SIZES = [0, 10_000, 100_000, 1_000_000, 10_000_000];
const AGES = [0, 1, 7, 30];
const TYPING_MS = 250;

/** Search, filters and order of the store view. */
export function StoreFilters({ model, trans }: { model: StoreModel; trans: TranslationBundle }): React.JSX.Element {
  const [word, setWord] = useState(model.filters.q ?? '');
  const { answer, filters } = model;
  useEffect(() => {
    if (word === (model.filters.q ?? '')) {
      return undefined;
    }
    const timer = setTimeout(() => { model.filter({ q: word }); }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [word]);
  const age = (days: number): string => (days === 1 ? trans.__('last day') : trans.__('last %1 days', days));
  return (
    <div className="jp-Headroom-filters" role="search" aria-label={trans.__('Search and filter')}>
      <input
        type="search"
        value={word}
        placeholder={trans.__('Search in originals')}
        aria-label={trans.__('Search in originals, paths and references')}
        onChange={event => { setWord(event.target.value); }}
      />
      <details>
        <summary>{trans.__('Filter and sort')}</summary>
        <div className="jp-Headroom-filterRow">
        <Choice label={trans.__('Kind')} all={trans.__('any kind')} values={Object.keys(answer?.kinds ?? {})} value={filters.kind ?? ''}
          word={kind => `${kind} (${answer?.kinds[kind] ?? 0})`} onChange={kind => { model.filter({ kind }); }} />
        <Choice label={trans.__('Notebook')} all={trans.__('any notebook')} values={Object.keys(answer?.notebooks ?? {}).filter(Boolean)}
          value={filters.notebook ?? ''} word={path => path} onChange={notebook => { model.filter({ notebook }); }} />
        <Choice label={trans.__('Age')} all={trans.__('any age')} values={AGES.slice(1).map(String)} value={String(model.days || '')}
          word={days => age(Number(days))}
          onChange={days => { model.days = Number(days); model.filter({ since: days ? Math.floor(Date.now() / 1000) - Number(days) * DAY_S : 0 }); }} />
        <Choice label={trans.__('Size')} all={trans.__('any size')} values={SIZES.slice(1).map(String)} value={filters.min_bytes ? String(filters.min_bytes) : ''}
          word={size => trans.__('over %1 kB', (Number(size) / 1000).toLocaleString())} onChange={size => { model.filter({ min_bytes: Number(size) }); }} />
        <Choice label={trans.__('Pinned')} all={trans.__('pinned or not')} values={['1']} value={filters.pinned === 1 ? '1' : ''}
          word={() => trans.__('pinned')} onChange={pinned => { model.pinned(pinned === '1'); }} />
        <Choice label={trans.__('Order')} all={trans.__('last used first')} values={['stored', 'expires', 'size', 'kind', 'path']} value={filters.sort ?? ''}
          word={sort => orderWords(trans)[sort] ?? sort} onChange={sort => { model.sort(sort); }} />
        </div>
      </details>
    </div>
  );
}

function orderWords(trans: TranslationBundle): Record<string, string> {
  return {
    stored: trans.__('newest first'),
    expires: trans.__('first to expire'),
    size: trans.__('largest first'),
    kind: trans.__('by kind'),
    path: trans.__('by path')
  };
}

interface ChoiceProps {
  label: string;
  all: string;
  values: string[];
  value: string;
  word: (value: string) => string;
  onChange: (value: string) => void;
}

function Choice({ label, all, values, value, word, onChange }: ChoiceProps): React.JSX.Element {
  return (
    <select aria-label={label} title={label} value={value} onChange={event => { onChange(event.target.value); }}>
      <option value="">{all}</option>
      {values.map(one => <option key={one} value={one}>{word(one)}</option>)}
    </select>
  );
}
