import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';

import type { EntryAnswer } from '../protocol.js';
import { Button } from '../ui/button.js';
import { saveAs } from '../ui/download.js';
import { bytes } from '../ui/figures.js';
import { FoldView } from '../ui/foldView.js';
import { reasonOf } from '../ui/reason.js';
import type { StoreModel } from './model.js';

export interface PreviewProps {
  model: StoreModel;
  trans: TranslationBundle;
  entryRef: string;
  /** Line of the hit, when it was searched for. */
  line: number;
  onCompare: (args: { ref: string; document: string; marker?: string; line?: number }) => void;
  onExpire: (refs: string[]) => void;
  onDelete: (refs: string[]) => void;
  onClose: () => void;
}

/** One original: what a model reads of it, and what can be done with it. */
export function Preview(props: PreviewProps): React.JSX.Element {
  const { model, trans, entryRef: ref, onCompare } = props;
  const [about, setAbout] = useState<{ entry: EntryAnswer; form: string | null } | null>(null);
  const [error, setError] = useState('');
  const source = model.original(ref);
  useEffect(() => {
    let isCurrent = true;
    setAbout(null);
    setError('');
    Promise.all([source.entry(), source.forms()]).then(
      ([entry, forms]) => { if (isCurrent) { setAbout({ entry, form: forms[0]?.form ?? null }); } },
      (reason: unknown) => { if (isCurrent) { setError(reasonOf(reason)); } }
    );
    return () => { isCurrent = false; };
  }, [ref]);
  const download = (): void => {
    source.bytes().then(
      blob => { saveAs(blob, about?.entry.path.split('/').pop() ?? `${ref}.txt`); },
      (reason: unknown) => { setError(reasonOf(reason)); }
    );
  };
  const document = model.document;
  return (
    <section className="jp-Headroom-preview" aria-label={trans.__('Preview of %1', ref)}
      onKeyDown={event => { if (event.key === 'Escape') { props.onClose(); } }}>
      <div className="jp-Headroom-buttons">
        <Button label={trans.__('Show before and after side by side')} text={trans.__('Compare')}
          onClick={() => { onCompare({ ref, document, ...(props.line > 0 ? { line: props.line } : {}) }); }} />
        <Button label={trans.__('Download the original')} text={trans.__('Download')} onClick={download} />
        <Button label={trans.__('Let it expire')} text={trans.__('Expire…')} onClick={() => { props.onExpire([ref]); }} />
        <Button label={trans.__('Delete the original')} text={trans.__('Delete…')} onClick={() => { props.onDelete([ref]); }} />
        <Button label={trans.__('Close the preview')} text="×" onClick={props.onClose} />
      </div>
      {error && <div role="alert" className="jp-Headroom-error">{error}</div>}
      {about && (
        <div className="jp-Headroom-about">
          {about.entry.is_text
            ? [ref, trans._n('%1 line', '%1 lines', about.entry.lines), bytes(about.entry.size_bytes)].join(' · ')
            : [ref, about.entry.mime, bytes(about.entry.size_bytes)].join(' · ')}
        </div>
      )}
      {about?.entry.is_text && (
        <FoldView source={source} form={about.form} label={trans.__('What a model reads')} trans={trans}
          onOpen={marker => { onCompare({ ref: marker.ref, document, ...(marker.ref === ref ? { marker: marker.marker } : {}) }); }} />
      )}
    </section>
  );
}
