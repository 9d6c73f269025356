/** What the editors of a comparison show beside text: folds, markers, hits, the place that was jumped to, pins. */
import { RangeSetBuilder, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from '@codemirror/view';

import type { LineRange, MarkerPlace } from '../protocol.js';
import type { Omitted } from './pieces.js';

/** Which folds are closed, by position in the list. */
export const setClosed = StateEffect.define<ReadonlySet<number>>();
/** The run that was jumped to. */
export const setTarget = StateEffect.define<Run | null>();
/** Hits of a search, in order. */
export const setHits = StateEffect.define<readonly Run[]>();

export interface Run {
  from: number;
  to: number;
}

interface Folds {
  closed: ReadonlySet<number>;
  decorations: DecorationSet;
}

class FoldWidget extends WidgetType {
  constructor(
    private readonly _index: number,
    private readonly _label: string,
    private readonly _isClosed: boolean
  ) {
    super();
  }

  override eq(other: FoldWidget): boolean {
    return other._index === this._index && other._isClosed === this._isClosed;
  }

  override get estimatedHeight(): number {
    return 20;
  }

  toDOM(): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-Headroom-fold';
    button.dataset.fold = String(this._index);
    button.setAttribute('aria-expanded', String(!this._isClosed));
    button.textContent = `${this._isClosed ? '▸' : '▾'} ${this._label}`;
    const line = document.createElement('div');
    line.className = 'jp-Headroom-foldLine';
    line.append(button);
    return line;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** Omissions that open and close. `label` words one of them. */
export function foldField(omitted: readonly Omitted[], label: (one: Omitted) => string): StateField<Folds> {
  const draw = (closed: ReadonlySet<number>): Folds => {
    const builder = new RangeSetBuilder<Decoration>();
    omitted.forEach((one, index) => {
      const isClosed = closed.has(index);
      const widget = new FoldWidget(index, label(one), isClosed);
      if (isClosed) {
        builder.add(one.from, one.to, Decoration.replace({ widget, block: true }));
      } else {
        builder.add(one.from, one.from, Decoration.widget({ widget, block: true, side: -1 }));
      }
    });
    return { closed, decorations: builder.finish() };
  };
  return StateField.define<Folds>({
    create: () => draw(new Set(omitted.keys())),
    update: (folds, transaction) => {
      const effect = transaction.effects.find(one => one.is(setClosed));
      return effect ? draw(effect.value) : folds;
    },
    provide: field => EditorView.decorations.from(field, folds => folds.decorations)
  });
}

/** Markers as buttons. */
export function markerMarks(markers: readonly MarkerPlace[], hint: string): Extension {
  const marks = Decoration.set(
    markers.map((marker, index) =>
      Decoration.mark({
        class: 'jp-Headroom-marker',
        attributes: { role: 'button', tabindex: '0', title: hint, 'data-marker': String(index) }
      }).range(marker.start, marker.end)
    )
  );
  return EditorView.decorations.of(marks);
}

const targetMark = Decoration.mark({ class: 'jp-Headroom-target' });

/** The run that was jumped to. */
export const targetField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (drawn, transaction) => {
    const effect = transaction.effects.find(one => one.is(setTarget));
    if (!effect) {
      return drawn;
    }
    const run = effect.value;
    return run && run.to > run.from ? Decoration.set([targetMark.range(run.from, run.to)]) : Decoration.none;
  },
  provide: field => EditorView.decorations.from(field)
});

const hitMark = Decoration.mark({ class: 'jp-Headroom-hit' });
const hitsField = StateField.define<readonly Run[]>({
  create: () => [],
  update: (hits, transaction) => (transaction.effects.find(one => one.is(setHits))?.value) ?? hits
});

/** Hits of a search; only those in view are drawn. */
export const hitMarks: Extension = [
  hitsField,
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = drawnHits(view);
      }
      update(update: ViewUpdate): void {
        if (update.viewportChanged || update.startState.field(hitsField) !== update.state.field(hitsField)) {
          this.decorations = drawnHits(update.view);
        }
      }
    },
    { decorations: plugin => plugin.decorations }
  )
];

function drawnHits(view: EditorView): DecorationSet {
  const hits = view.state.field(hitsField);
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    let low = 0;
    let high = hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((hits[middle]?.to ?? 0) <= from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (let hit = hits[low]; hit && hit.from < to; hit = hits[++low]) {
      builder.add(hit.from, hit.to, hitMark);
    }
  }
  return builder.finish();
}

const pinnedLine = Decoration.line({ class: 'jp-Headroom-pinned' });

/** Lines that are kept because somebody wants them. */
export function pinnedLines(state: EditorState, pins: readonly LineRange[]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const [first, last] of pins) {
    for (let line = first; line <= Math.min(last, state.doc.lines); line++) {
      const { from } = state.doc.line(line);
      builder.add(from, from, pinnedLine);
    }
  }
  return builder.finish();
}
