import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';

import type { MemoryRecord } from '../protocol.js';
import { Button } from '../ui/button.js';
import { distance } from '../ui/figures.js';
import { visible } from '../ui/visible.js';
import type { MemoryModel } from './memoryModel.js';

interface Props {
  model: MemoryModel;
  trans: TranslationBundle;
  language: string;
}

const TYPING_MS = 250;

/** What agents and people saved for the next one. */
export function Memories(props: Props): React.JSX.Element {
  const { model } = props;
  useEffect(() => { void model.load(); }, [model]);
  return <UseSignal signal={model.stateChanged}>{() => <List {...props} />}</UseSignal>;
}

function List({ model, trans, language }: Props): React.JSX.Element {
  const { answer, records, error } = model;
  const [word, setWord] = useState(model.query.q ?? '');
  useEffect(() => {
    const timer = setTimeout(() => {
      if (word !== (model.query.q ?? '')) {
        void model.load({ q: word });
      }
    }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [word]);
  const left = (answer?.total ?? 0) - records.length;
  return (
    <>
      <div className="jp-Headroom-filters" role="search" aria-label={trans.__('Search memories')}>
        <input type="search" value={word} placeholder={trans.__('Search in memories')} aria-label={trans.__('Search in memories')}
          onChange={event => { setWord(event.target.value); }} />
        <div className="jp-Headroom-filterRow">
          <select aria-label={trans.__('Kind')} value={model.query.kind ?? ''} onChange={event => void model.load({ kind: event.target.value })}>
            <option value="">{trans.__('any kind')}</option>
            {Object.entries(answer?.kinds ?? {}).map(([kind, count]) => <option key={kind} value={kind}>{`${kind} (${count})`}</option>)}
          </select>
          <label>
            <input type="checkbox" checked={model.query.history === 1} onChange={event => void model.load({ history: event.target.checked ? 1 : 0 })} />{' '}
            {trans.__('also outdated')}
          </label>
        </div>
      </div>
      <div role="status" className={error ? 'jp-Headroom-error' : 'jp-Headroom-about'}>
        {error || (answer ? trans._n('%1 memory', '%1 memories', answer.total) : trans.__('Loading…'))}
      </div>
      <ul className="jp-Headroom-memories" aria-label={trans.__('Memories')}>
        {records.map(record => (
          <Memory key={record.id} record={record} trans={trans} language={language} onDelete={() => void remove(model, record, trans)} />
        ))}
      </ul>
      {left > 0 && <Button label={trans.__('Show more memories')} text={trans.__('%1 more', left)} onClick={() => void model.more()} />}
    </>
  );
}

type MemoryProps = Pick<Props, 'trans' | 'language'> & { record: MemoryRecord; onDelete: () => void };

function Memory({ record, trans, language, onDelete }: MemoryProps): React.JSX.Element {
  const source = record.sources[0];
  const about = [
    record.kind,
    source?.agent,
    source?.notebook,
    distance(record.updated_at, Date.now() / 1000, language),
    record.is_valid ? '' : trans.__('outdated')
  ];
  return (
    <li className={record.is_valid ? '' : 'jp-mod-outdated'}>
      <p><bdi>{visible(record.text)}</bdi></p>
      <div className="jp-Headroom-about">
        <span>{about.filter(Boolean).join(' · ')}</span>
        <Button label={trans.__('Delete this memory')} text={trans.__('Delete…')} onClick={onDelete} />
      </div>
    </li>
  );
}

async function remove(model: MemoryModel, record: MemoryRecord, trans: TranslationBundle): Promise<void> {
  const answer = await showDialog({
    title: trans.__('Delete this memory?'),
    body: visible(record.text.slice(0, 300)),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.warnButton({ label: trans.__('Delete') })],
    defaultButton: 0
  });
  if (answer.button.accept) {
    await model.delete(record.id);
  }
}
