import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { LineRange } from '../protocol.js';
import { Button } from '../ui/button.js';
import { grouped, savedPercent } from '../ui/figures.js';
import type { CompareModel } from './model.js';
import { MOST_HITS, type Hit } from './search.js';

export interface ToolbarProps {
  model: CompareModel;
  trans: TranslationBundle;
  hasFolds: boolean;
  onSearch: (word: string) => Hit[];
  onReveal: (hit: Hit) => void;
  onFoldAll: (isClosed: boolean) => void;
  onStep: (direction: 1 | -1) => void;
  onPin: () => void;
}

/** What stands above the two texts. */
export function CompareToolbar(props: ToolbarProps): React.JSX.Element {
  const { model, trans } = props;
  const { loaded, pins } = model;
  const form = loaded?.after?.form;
  return (
    <div className="jp-Headroom-compareBar" role="toolbar" aria-label={trans.__('Comparison')}>
      <div className="jp-Headroom-compareFacts">
        <span className="jp-Headroom-compareTitle">{model.args.title ?? loaded?.entry.path ?? ''}</span>
        {form && (
          <span>
            {[form.kind, form.fidelity].join(' · ')} · {grouped(form.tokens_before)} → {grouped(form.tokens_after)}{' '}
            {trans.__('tokens')} ({savedPercent(form.tokens_before, form.tokens_after)} {trans.__('saved')})
          </span>
        )}
        {loaded && !form && <span>{trans.__('the original alone: nothing shorter was given out for it')}</span>}
        <FormChoice {...props} />
      </div>
      <SearchBox {...props} />
      <div className="jp-Headroom-buttons">
        {form && (
          <>
            <Button label={trans.__('Previous change')} text="↑" onClick={() => { props.onStep(-1); }} />
            <Button label={trans.__('Next change')} text="↓" onClick={() => { props.onStep(1); }} />
          </>
        )}
        {props.hasFolds && <FoldButtons {...props} />}
        <Button
          label={trans.__('Keep the selected lines of the original and compress again (Alt P, or click a line number)')}
          text={trans.__('Pin line')}
          onClick={props.onPin}
          isDisabled={model.isBusy}
        />
      </div>
      {pins.length > 0 && (
        <ul className="jp-Headroom-pins" aria-label={trans.__('Pinned lines')}>
          {pins.map(range => (
            <li key={range.join('-')}>
              {named(range)}{' '}
              <Button label={trans.__('Unpin %1', named(range))} text="×" onClick={() => void model.unpin(range)} />
            </li>
          ))}
        </ul>
      )}
      <div role="status" className={model.error ? 'jp-Headroom-error' : 'jp-Headroom-note'}>
        {model.error || (model.isBusy ? trans.__('Loading…') : loaded ? note(model, trans) : '')}
      </div>
    </div>
  );
}

function note({ loaded }: CompareModel, trans: TranslationBundle): string {
  if (loaded?.entry.is_text === false) {
    return trans.__('This original is no text (%1): download it from the store view.', loaded.entry.mime);
  }
  if (loaded?.original === '' && loaded.entry.chars > 0) {
    return trans.__('This original is too long to be shown whole: preview it in the store view.');
  }
  return loaded?.after?.text === loaded?.original ? trans.__('Nothing was left out.') : '';
}

function named([first, last]: LineRange): string {
  return first === last ? String(first) : `${first}–${last}`;
}

function FoldButtons({ trans, onFoldAll }: ToolbarProps): React.JSX.Element {
  return (
    <>
      <Button label={trans.__('Show all that was left out')} text={trans.__('Unfold')} onClick={() => { onFoldAll(false); }} />
      <Button label={trans.__('Fold all that was left out')} text={trans.__('Fold')} onClick={() => { onFoldAll(true); }} />
    </>
  );
}

function FormChoice({ model, trans }: ToolbarProps): React.JSX.Element | null {
  const { loaded } = model;
  if (!loaded?.after || loaded.forms.length < 2) {
    return null;
  }
  return (
    <select
      aria-label={trans.__('Which of the forms given out')}
      value={loaded.after.form.form}
      onChange={event => void model.choose(event.target.value)}
    >
      {loaded.forms.map(form => (
        <option key={form.form} value={form.form}>
          {new Date(form.used_at * 1000).toLocaleString()} · {grouped(form.tokens_after)} {trans.__('tokens')}
        </option>
      ))}
    </select>
  );
}

function SearchBox({ model, trans, onSearch, onReveal }: ToolbarProps): React.JSX.Element {
  const [word, setWord] = useState('');
  const [hits, setHits] = useState<Hit[]>([]);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const loaded = model.loaded;
  useEffect(() => {
    setHits(word === '' ? (onSearch(''), []) : onSearch(word));
    setAt(-1);
  }, [word, loaded]);
  const step = (direction: 1 | -1): void => {
    const next = hits[(at + direction + hits.length) % hits.length];
    if (next) {
      setAt(hits.indexOf(next));
      onReveal(next);
      input.current?.focus();
    }
  };
  const count = (side: Hit['side']): string => {
    const found = hits.filter(hit => hit.side === side).length;
    return found >= MOST_HITS ? `${grouped(found)}+` : grouped(found);
  };
  return (
    <div className="jp-Headroom-search" role="search">
      <input
        ref={input}
        type="search"
        value={word}
        placeholder={trans.__('Find in both')}
        aria-label={trans.__('Find in both texts')}
        onChange={event => { setWord(event.target.value); }}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            step(event.shiftKey ? -1 : 1);
          }
        }}
      />
      <Button label={trans.__('Previous hit')} text="‹" onClick={() => { step(-1); }} isDisabled={hits.length === 0} />
      <Button label={trans.__('Next hit')} text="›" onClick={() => { step(1); }} isDisabled={hits.length === 0} />
      <span role="status" className="jp-Headroom-hits">
        {word && trans.__('%1 before, %2 after', count('before'), count('after'))}
      </span>
    </div>
  );
}
