import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useMemo, useState } from 'react';

import type { MarkerPlace } from '../protocol.js';
import { Button } from './button.js';
import { foldLines, hasSource, type FoldLine } from './foldModel.js';
import { Original } from './texts.js';
import { reasonOf } from './reason.js';
import { visible } from './visible.js';

export interface FoldViewProps {
  /** Where the text is read; null where `shown` is all there is. */
  source: Original | null;
  /** Which text; the original itself is read when it is null. */
  form: string | null;
  /** The text as far as it is known: shown until all of it is read, and if it cannot be. */
  shown?: string;
  label: string;
  trans: TranslationBundle;
  /** Shows a marker at its place in the original, in the main area. */
  onOpen: (marker: MarkerPlace) => void;
  /** -1 where something around it is the one stop for the tab key. */
  stop?: number | undefined;
}

interface Read {
  text: string;
  markers: MarkerPlace[];
  error: string;
}

const LINES_AT_ONCE = 200;
const CHARS_AT_ONCE = 20_000;
const LONGEST_LINE = 2_000;

/** What a model reads, in lines; a marker opens to what it stands for. */
export function FoldView(props: FoldViewProps): React.JSX.Element {
  const { source, form, shown, label, trans, stop = 0 } = props;
  const [read, setRead] = useState<Read | null>(null);
  const [most, setMost] = useState(LINES_AT_ONCE);
  useEffect(() => {
    let isCurrent = true;
    setRead(null);
    if (source) {
      load(source, form).then(
        got => { if (isCurrent) { setRead({ ...got, error: '' }); } },
        (error: unknown) => { if (isCurrent) { setRead({ text: shown ?? '', markers: [], error: reasonOf(error) }); } }
      );
    }
    return () => { isCurrent = false; };
  }, [source?.ref, source?.document, form]);
  const known = read ?? (shown === undefined ? null : { text: shown, markers: [], error: '' });
  const lines = useMemo(() => (known ? foldLines(known.text, known.markers) : []), [read, shown]);
  if (!known) {
    return <div role="status">{trans.__('Loading…')}</div>;
  }
  return (
    <div className="jp-Headroom-folds" role="region" aria-label={label} aria-busy={source !== null && read === null} tabIndex={stop}>
      {known.error && <div role="alert" className="jp-Headroom-error">{known.error}</div>}
      {lines.slice(0, most).map(line => <Line key={line.index} line={line} {...props} />)}
      {lines.length > most && (
        <Button
          label={trans.__('Show more lines')}
          text={trans.__('%1 more lines', (lines.length - most).toLocaleString())}
          stop={stop}
          onClick={() => { setMost(most + 5 * LINES_AT_ONCE); }}
        />
      )}
    </div>
  );
}

async function load(source: Original, form: string | null): Promise<{ text: string; markers: MarkerPlace[] }> {
  if (form === null) {
    return { text: (await source.page(0)).text, markers: [] };
  }
  const [text, markers] = await Promise.all([source.formText(form), source.markers(form)]);
  return { text, markers };
}

type LineProps = Pick<FoldViewProps, 'source' | 'trans' | 'onOpen' | 'stop'> & { line: FoldLine };

function Line({ line, ...rest }: LineProps): React.JSX.Element {
  return (
    <div className="jp-Headroom-foldText">
      {line.segments.map((segment, index) =>
        'marker' in segment ? (
          <Fold key={index} marker={segment.marker} {...rest} />
        ) : (
          <bdi key={index} dir="ltr">{visible(shortened(segment.text)) || '\u200b'}</bdi>
        )
      )}
    </div>
  );
}

function shortened(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text;
}

type FoldProps = Omit<LineProps, 'line'> & { marker: MarkerPlace };

function Fold({ marker, source, trans, onOpen, stop }: FoldProps): React.JSX.Element {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [parts, setParts] = useState<string[]>([]);
  const [error, setError] = useState('');
  const known = hasSource(marker) ? marker : null;
  const shown = parts.reduce((sum, part) => sum + part.length, 0);
  const rest = known ? known.source_end - known.source_start - shown : 0;
  const more = (): void => {
    if (!known || !source) {
      return;
    }
    source.other(marker.ref).page(known.source_start + shown, Math.min(rest, CHARS_AT_ONCE)).then(
      page => { setParts([...parts, page.text]); },
      (reason: unknown) => { setError(reasonOf(reason)); }
    );
  };
  const toggle = (): void => {
    if (!known) {
      onOpen(marker);
      return;
    }
    if (!isOpen && parts.length === 0) {
      more();
    }
    setOpen(!isOpen);
  };
  return (
    <>
      <button
        type="button"
        className="jp-Headroom-fold"
        tabIndex={stop}
        aria-expanded={known ? isOpen : undefined}
        aria-controls={known ? id : undefined}
        onClick={toggle}
      >
        {known && <span aria-hidden="true">{isOpen ? '▾ ' : '▸ '}</span>}
        {visible(shortened(marker.marker))}
      </button>
      {isOpen && (
        <div id={id} className="jp-Headroom-folded" role="group" aria-label={trans.__('The original')}>
          <pre>{visible(parts.join(''))}</pre>
          {error && <div role="alert" className="jp-Headroom-error">{error}</div>}
          <div className="jp-Headroom-buttons">
            {rest > 0 && parts.length > 0 && (
              <Button
                label={trans.__('Show more of the original')}
                text={trans.__('%1 more characters', rest.toLocaleString())}
                stop={stop}
                onClick={more}
              />
            )}
            <Button label={trans.__('Show at its place in the original')} text={trans.__('At its place')} stop={stop} onClick={() => { onOpen(marker); }} />
          </div>
        </div>
      )}
    </>
  );
}
