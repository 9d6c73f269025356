import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import type { Entry } from '../protocol.js';
import { bytes, distance } from '../ui/figures.js';
import { VirtualTable } from '../ui/virtualTable.js';
import { visible } from '../ui/visible.js';
import type { StoreModel } from './model.js';

export interface StoreTableProps {
  model: StoreModel;
  trans: TranslationBundle;
  language: string;
  shown: string | null;
  onShow: (entry: Entry) => void;
  onDelete: (refs: string[]) => void;
}

const ROW_HEIGHT = 44;

/** The originals, two lines a row. */
export function StoreTable(props: StoreTableProps): React.JSX.Element {
  const { model, trans, onShow, onDelete } = props;
  const [active, setActive] = useState(0);
  const onKey = (event: React.KeyboardEvent, row: number): void => {
    const entry = model.entry(row);
    if (!entry || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const acts: Record<string, () => void> = {
      ' ': () => { model.select(entry.ref, !model.selected.has(entry.ref)); },
      p: () => { void model.act({ action: entry.is_pinned ? 'unpin' : 'pin', refs: [entry.ref] }, ''); },
      Delete: () => { onDelete(model.selected.size > 0 ? [...model.selected] : [entry.ref]); }
    };
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };
  const open = (row: number): void => {
    const entry = model.entry(row);
    if (entry) {
      onShow(entry);
    }
  };
  return (
    <VirtualTable
      label={trans.__('Stored originals')}
      columns={4}
      head={
        <tr aria-rowindex={1}>
          <th scope="col"><span className="jp-Headroom-hidden">{trans.__('Selected')}</span></th>
          <th scope="col">{trans.__('Original')}</th>
          <th scope="col">{trans.__('Size')}</th>
          <th scope="col"><span className="jp-Headroom-hidden">{trans.__('Pinned')}</span></th>
        </tr>
      }
      total={model.total}
      rowHeight={ROW_HEIGHT}
      active={active}
      onActive={setActive}
      onWindow={(first, end) => { void model.need(first, end); }}
      cells={row => <Cells {...props} entry={model.entry(row)} onOpen={() => { open(row); }} />}
      isSelected={row => model.selected.has(model.entry(row)?.ref ?? '')}
      onKey={onKey}
      onOpen={open}
    />
  );
}

type CellsProps = StoreTableProps & { entry: Entry | null; onOpen: () => void };

function Cells({ model, trans, language, entry, shown, onOpen }: CellsProps): React.JSX.Element {
  if (!entry) {
    return <td colSpan={4}>…</td>;
  }
  const name = visible(entry.path || entry.ref);
  const now = Date.now() / 1000;
  const isSelected = model.selected.has(entry.ref);
  const age = distance(entry.stored_at, now, language);
  const expiry = entry.expires_at === null ? trans.__('pinned') : trans.__('expires %1', distance(entry.expires_at, now, language));
  return (
    <>
      <td>
        <input type="checkbox" tabIndex={-1} checked={isSelected} aria-label={trans.__('Select %1', name)}
          onChange={event => { model.select(entry.ref, event.target.checked); }} />
      </td>
      <td className="jp-Headroom-original">
        <button type="button" tabIndex={-1} aria-expanded={shown === entry.ref} title={`${name} ${entry.ref}`} onClick={onOpen}>
          <bdi>{name}</bdi>
        </button>
        <div className="jp-Headroom-about" title={entry.notebook}>
          {entry.hit ? (
            <><b>{entry.hit_line}:</b> {visible(entry.hit)}</>
          ) : (
            [entry.kind, age, expiry, entry.notebook].filter(Boolean).join(' · ')
          )}
        </div>
      </td>
      <td className="jp-Headroom-size">{bytes(entry.size_bytes)}</td>
      <td>
        <button type="button" tabIndex={-1} className="jp-Headroom-pinButton" aria-pressed={entry.is_pinned}
          aria-label={trans.__('Keep %1 for good', name)} title={entry.is_pinned ? trans.__('Unpin') : trans.__('Pin: it does not expire')}
          onClick={() => void model.act({ action: entry.is_pinned ? 'unpin' : 'pin', refs: [entry.ref] }, '')}>
          {entry.is_pinned ? '◆' : '◇'}
        </button>
      </td>
    </>
  );
}
