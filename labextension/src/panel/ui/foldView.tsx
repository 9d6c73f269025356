import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useMemo, useState } from 'react';

import type { MarkerPlace } from '../protocol.js';
import { Button } from './button.js';
import { foldLines, hasSource, type FoldLine } from './foldModel.js';
import { Original } from './texts.js';
import { visible } from './visible.js';

export interface FoldViewProps {
  source: Original;
  /** Which text; the original itself is read when it is null. */
  form: string | null;
  trans: TranslationBundle;
  /** Shows a marker at its place in the original, in the main area. */
  onOpen: (marker: MarkerPlace) => void;
}

const LINES_AT_ONCE = 200;
const CHARS_AT_ONCE = 20_000;
const LONGEST_LINE = 2_000;

/** What a model reads, in lines; a marker opens to what it stands for. */
export function FoldView({ source, form, trans, onOpen }: FoldViewProps): React.JSX.Element {
  const [read, setRead] = useState<{ text: string; markers: MarkerPlace[]; error: string } | null>(null);
  const [most, setMost] = useState(LINES_AT_ONCE);
  useEffect(() => {
    let isCurrent = true;
    setRead(null);
    load(source, form)
      .then(({ text, markers }) => ({ text, markers, error: '' }))
      .catch((error: unknown) => ({ text: '', markers: [], error: error instanceof Error ? error.message : String(error) }))
      .then(got => { if (isCurrent) { setRead(got); } }, () => undefined);
    return () => { isCurrent = false; };
  }, [source.ref, source.document, form]);
  const lines = useMemo(() => (read ? foldLines(read.text, read.markers) : []), [read]);
  if (!read) {
    return <div role="status">{trans.__('Loading…')}</div>;
  }
  if (read.error) {
    return <div role="alert" className="jp-Headroom-error">{read.error}</div>;
  }
  return (
    <div className="jp-Headroom-folds" role="region" aria-label={trans.__('What a model reads')}>
      {lines.slice(0, most).map(line => (
        <Line key={line.index} line={line} source={source} trans={trans} onOpen={onOpen} />
      ))}
      {lines.length > most && (
        <Button
          label={trans.__('Show more lines')}
          text={trans.__('%1 more lines', (lines.length - most).toLocaleString())}
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

type LineProps = Omit<FoldViewProps, 'form'> & { line: FoldLine };

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

function Fold({ marker, source, trans, onOpen }: FoldProps): React.JSX.Element {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [parts, setParts] = useState<string[]>([]);
  const [error, setError] = useState('');
  const known = hasSource(marker) ? marker : null;
  const shown = parts.reduce((sum, part) => sum + part.length, 0);
  const rest = known ? known.source_end - known.source_start - shown : 0;
  const more = (): void => {
    if (!known) {
      return;
    }
    const original = marker.ref === source.ref ? source : source.other(marker.ref);
    original.page(known.source_start + shown, Math.min(rest, CHARS_AT_ONCE)).then(
      page => { setParts([...parts, page.text]); },
      (reason: unknown) => { setError(reason instanceof Error ? reason.message : String(reason)); }
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
        aria-expanded={known ? isOpen : undefined}
        aria-controls={known ? id : undefined}
        onClick={toggle}
      >
        {known && (isOpen ? '▾ ' : '▸ ')}
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
                onClick={more}
              />
            )}
            <Button label={trans.__('Show at its place in the original')} text={trans.__('At its place')} onClick={() => { onOpen(marker); }} />
          </div>
        </div>
      )}
    </>
  );
}
