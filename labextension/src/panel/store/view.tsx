import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import React, { useState } from 'react';

import type { Entry } from '../protocol.js';
import { Button } from '../ui/button.js';
import { saveAs } from '../ui/download.js';
import { bytes } from '../ui/figures.js';
import { StoreFilters } from './filters.js';
import { Memories } from './memories.js';
import type { MemoryModel } from './memoryModel.js';
import type { StoreModel } from './model.js';
import { Preview } from './preview.js';
import { StoreTable } from './table.js';

interface Props {
  model: StoreModel;
  memories: MemoryModel;
  commands: CommandRegistry;
  trans: TranslationBundle;
  language: string;
}

/** The store: originals, and what agents remembered. */
export class StoreView extends ReactWidget {
  constructor(private readonly _props: Props) {
    super();
    this.addClass('jp-Headroom-view');
    this.addClass('jp-Headroom-store');
  }

  override dispose(): void {
    this._props.model.dispose();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    return <Store {...this._props} />;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._props.model.start();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._props.model.stop();
  }

  protected override onBeforeDetach(message: Message): void {
    this._props.model.stop();
    super.onBeforeDetach(message);
  }
}

function Store(props: Props): React.JSX.Element {
  const { trans } = props;
  const [part, setPart] = useState<'originals' | 'memory'>('originals');
  return (
    <>
      <div className="jp-Headroom-parts" role="group" aria-label={trans.__('What to list')}>
        <Button label={trans.__('Stored originals')} text={trans.__('Originals')} isPressed={part === 'originals'} onClick={() => { setPart('originals'); }} />
        <Button label={trans.__('What agents remembered')} text={trans.__('Memory')} isPressed={part === 'memory'} onClick={() => { setPart('memory'); }} />
      </div>
      {part === 'memory' ? (
        <Memories model={props.memories} trans={trans} language={props.language} />
      ) : (
        <UseSignal signal={props.model.stateChanged}>{() => <Originals {...props} />}</UseSignal>
      )}
    </>
  );
}

function Originals({ model, commands, trans, language }: Props): React.JSX.Element {
  const [shown, setShown] = useState<Entry | null>(null);
  const { answer, error, isBusy, undo } = model;
  const remove = (refs: string[]): void => {
    void confirmDelete(trans, refs.length).then(isSure => {
      if (isSure) {
        setShown(null);
        void model.act({ action: 'delete', refs }, trans._n('%1 original deleted.', '%1 originals deleted.', refs.length));
      }
    });
  };
  const expire = (refs: string[]): void => {
    void askDays(trans).then(days => {
      if (days !== null) {
        void model.act({ action: 'expire', refs, days }, trans._n('%1 original expired.', '%1 originals expired.', refs.length));
      }
    });
  };
  return (
    <>
      <StoreFilters model={model} trans={trans} />
      {answer && (
        <div className="jp-Headroom-quota">
          <span>
            {trans._n('%1 original', '%1 originals', answer.total)}
            {' · '}
            {trans.__('store %1 of %2', bytes(answer.size_bytes), bytes(answer.quota_bytes))}
          </span>
          <div role="meter" aria-label={trans.__('Used of the quota')} aria-valuemin={0} aria-valuemax={answer.quota_bytes}
            aria-valuenow={Math.min(answer.size_bytes, answer.quota_bytes)} aria-valuetext={bytes(answer.size_bytes)}>
            <div style={{ width: `${Math.min(100, (100 * answer.size_bytes) / answer.quota_bytes)}%` }} />
          </div>
        </div>
      )}
      <div role="status" className={error ? 'jp-Headroom-error' : 'jp-Headroom-about'}>
        {error || (isBusy && !answer ? trans.__('Loading…') : answer?.resume ? trans.__('Searching… %1 searched', answer.searched ?? 0) : '')}
      </div>
      {undo && (
        <div role="status" className="jp-Headroom-undo">
          {undo.words} <Button label={trans.__('Take it back')} text={trans.__('Undo')} onClick={() => void model.takeBack()} />
        </div>
      )}
      {model.selected.size > 0 && <Selection model={model} trans={trans} onDelete={remove} onExpire={expire} />}
      {answer?.total === 0 && !isBusy ? (
        <p className="jp-Headroom-empty">{empty(model, trans)}</p>
      ) : (
        <StoreTable model={model} trans={trans} language={language} shown={shown?.ref ?? null} onDelete={remove}
          onShow={entry => { setShown(shown?.ref === entry.ref ? null : entry); }} />
      )}
      {shown && (
        <Preview model={model} trans={trans} entryRef={shown.ref} line={shown.hit_line} onExpire={expire} onDelete={remove}
          onClose={() => { setShown(null); }}
          onCompare={args => void commands.execute('headroom:compare', { ...args, title: shown.path || shown.ref })} />
      )}
    </>
  );
}

function empty(model: StoreModel, trans: TranslationBundle): string {
  return model.answer?.entries_total === 0
    ? trans.__('Nothing is stored for this project yet: compress something.')
    : trans.__('No original passes these filters.');
}

type SelectionProps = Pick<Props, 'model' | 'trans'> & { onDelete: (refs: string[]) => void; onExpire: (refs: string[]) => void };

function Selection({ model, trans, onDelete, onExpire }: SelectionProps): React.JSX.Element {
  const refs = [...model.selected];
  const download = (): void => {
    void model.exported(refs).then(blob => {
      if (blob) {
        saveAs(blob, 'headroom-originals.zip');
      }
    });
  };
  return (
    <div className="jp-Headroom-buttons jp-Headroom-selection" role="toolbar" aria-label={trans.__('Selected originals')}>
      <span>{trans._n('%1 selected', '%1 selected', refs.length)}</span>
      <Button label={trans.__('Pin: they do not expire')} text={trans.__('Pin')} onClick={() => void model.act({ action: 'pin', refs }, '')} />
      <Button label={trans.__('Let them expire')} text={trans.__('Expire…')} onClick={() => { onExpire(refs); }} />
      <Button label={trans.__('Download them as an archive')} text={trans.__('Export')} onClick={download} />
      <Button label={trans.__('Delete the selected originals')} text={trans.__('Delete…')} onClick={() => { onDelete(refs); }} />
      <Button label={trans.__('Select nothing')} text="×" onClick={() => { model.clearSelection(); }} />
    </div>
  );
}

async function confirmDelete(trans: TranslationBundle, count: number): Promise<boolean> {
  const answer = await showDialog({
    title: trans._n('Delete %1 original?', 'Delete %1 originals?', count),
    body: trans.__('Markers that stand for it in what a model has read lead nowhere then. It can be undone for a while.'),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.warnButton({ label: trans.__('Delete') })],
    defaultButton: 0
  });
  return answer.button.accept;
}

async function askDays(trans: TranslationBundle): Promise<number | null> {
  const { value, button } = await InputDialog.getNumber({
    title: trans.__('Expire'),
    label: trans.__('In how many days? 0 is at once.'),
    value: 7,
    okLabel: trans.__('Expire'),
    cancelLabel: trans.__('Cancel')
  });
  return button.accept && value !== null && value >= 0 ? value : null;
}
