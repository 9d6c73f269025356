import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { Figures } from '../protocol.js';
import { Button } from '../ui/button.js';
import { grouped, savedPercent, short } from '../ui/figures.js';
import { visible } from '../ui/visible.js';
import { Chart } from './chart.js';
import type { Books, SavingsModel } from './model.js';
import { byGroup, cacheOverTime, overTime, type Look, type Words } from './specs.js';

interface Props {
  model: SavingsModel;
  rendermime: IRenderMimeRegistry;
  themes: IThemeManager | null;
  trans: TranslationBundle;
}

/** What compression saved, and what retrievals paid back. */
export class SavingsView extends ReactWidget {
  constructor(private readonly _props: Props) {
    super();
    this.addClass('jp-Headroom-view');
    this.addClass('jp-Headroom-savings');
  }

  protected override render(): React.JSX.Element {
    return <UseSignal signal={this._props.model.stateChanged}>{() => <Savings {...this._props} />}</UseSignal>;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._props.model.load();
  }
}

const DAYS = [0, 7, 30, 90];

function Savings(props: Props): React.JSX.Element {
  const { model, trans } = props;
  const { books, error } = model;
  return (
    <>
      <div className="jp-Headroom-filterRow" role="group" aria-label={trans.__('Which books')}>
        <select aria-label={trans.__('Projects')} value={model.scope}
          onChange={event => { model.choose(event.target.value === 'project' ? 'project' : 'all', model.days); }}>
          <option value="all">{trans.__('all projects')}</option>
          <option value="project">{trans.__('this project')}</option>
        </select>
        <select aria-label={trans.__('Days')} value={model.days} onChange={event => { model.choose(model.scope, Number(event.target.value)); }}>
          {DAYS.map(days => <option key={days} value={days}>{days === 0 ? trans.__('all days') : trans.__('last %1 days', days)}</option>)}
        </select>
        <Button label={trans.__('Read the books again')} text="↻" onClick={() => void model.load()} />
      </div>
      <div role="status" className="jp-Headroom-error">{error}</div>
      {!books && !error && <div role="status">{trans.__('Loading…')}</div>}
      {books && (books.compressors.total.blocks + books.compressors.total.calls === 0 ? (
        <p className="jp-Headroom-empty">{trans.__('Nothing is in the books yet: compress something.')}</p>
      ) : (
        <Report {...props} books={books} />
      ))}
    </>
  );
}

function Report({ books, rendermime, themes, trans }: Props & { books: Books }): React.JSX.Element {
  const { compressors, notebooks } = books;
  const words: Words = {
    before: trans.__('before'),
    after: trans.__('after'),
    retrieved: trans.__('retrieved'),
    tokens: trans.__('tokens'),
    day: trans.__('day'),
    cached: trans.__('from cache')
  };
  const chart = (label: string, data: unknown, spec: (look: Look) => Record<string, unknown>): React.JSX.Element => (
    <Chart rendermime={rendermime} themes={themes} label={label} data={data} spec={spec} />
  );
  const total = compressors.total;
  return (
    <>
      <Totals total={total} trans={trans} />
      <h2>{trans.__('Tokens over time')}</h2>
      {chart(trans.__('Tokens of each day'), compressors, look => overTime(compressors, words, look))}
      <h2>{trans.__('Tokens by compressor')}</h2>
      {chart(trans.__('Tokens by compressor'), compressors, look => byGroup(compressors.groups, trans.__('compressor'), words, look))}
      <Groups groups={compressors.groups} name={trans.__('compressor')} none={trans.__('(retrieved)')} trans={trans} />
      <h2>{trans.__('Tokens by notebook')}</h2>
      {chart(trans.__('Tokens by notebook'), notebooks, look => byGroup(named(notebooks.groups, trans.__('(no notebook)')), trans.__('notebook'), words, look))}
      <Groups groups={notebooks.groups} name={trans.__('notebook')} none={trans.__('(no notebook)')} trans={trans} />
      {total.calls > 0 && (
        <>
          <h2>{trans.__('Prompt cache, as providers measured it')}</h2>
          <p>
            {trans.__('%1 calls, %2 input tokens: %3 from the cache, %4 written to it.', grouped(total.calls), grouped(total.input_tokens), grouped(total.cached_tokens), grouped(total.written_tokens))}
          </p>
          {chart(trans.__('Share of the input that came from the prompt cache'), compressors, look => cacheOverTime(compressors, words, look))}
        </>
      )}
    </>
  );
}

function named(groups: Record<string, Figures>, none: string): Record<string, Figures> {
  return Object.fromEntries(Object.entries(groups).map(([name, figures]) => [visible(name) || none, figures]));
}

function Totals({ total, trans }: { total: Figures; trans: TranslationBundle }): React.JSX.Element {
  const kept = total.tokens_after + total.tokens_retrieved;
  const facts: [string, string][] = [
    [trans.__('Blocks'), grouped(total.blocks)],
    [trans.__('Tokens before'), grouped(total.tokens_before)],
    [trans.__('Tokens after'), grouped(total.tokens_after)],
    [trans.__('Retrievals'), grouped(total.retrievals)],
    [trans.__('Paid back by retrievals'), grouped(total.tokens_retrieved)],
    [trans.__('Saved in all'), `${grouped(total.tokens_saved)} (${savedPercent(total.tokens_before, kept)})`]
  ];
  return (
    <dl className="jp-Headroom-totalsList">
      {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

interface GroupsProps {
  groups: Record<string, Figures>;
  name: string;
  none: string;
  trans: TranslationBundle;
}

const MOST_GROUPS = 200;

function Groups({ groups, name, none, trans }: GroupsProps): React.JSX.Element {
  const rows = Object.entries(groups).sort(([, one], [, other]) => other.tokens_saved - one.tokens_saved);
  return (
    <div className="jp-Headroom-scrolled" tabIndex={0} role="region" aria-label={name}>
      <table>
        <thead>
          <tr>
            {[name, trans.__('before'), trans.__('after'), trans.__('saved'), trans.__('retrieved')].map(head => <th key={head} scope="col">{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_GROUPS).map(([group, one]) => (
            <tr key={group}>
              <th scope="row" title={visible(group)}><bdi>{visible(group) || none}</bdi></th>
              {[one.tokens_before, one.tokens_after, one.tokens_saved, one.tokens_retrieved].map((count, index) => <td key={index} title={grouped(count)}>{short(count)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_GROUPS && <p>{trans.__('and %1 more', rows.length - MOST_GROUPS)}</p>}
    </div>
  );
}
