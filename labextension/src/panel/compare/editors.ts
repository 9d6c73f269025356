/** Two read-only editors side by side, aligned by what the compressor says belongs together. */
import { Change, goToNextChunk, goToPreviousChunk, MergeView } from '@codemirror/merge';
import { EditorState, Prec, Text, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { jupyterTheme } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { LineRange, MarkerPlace } from '../protocol.js';
import { hasSource } from '../ui/foldModel.js';
import { foldField, hitMarks, markerMarks, pinnedLines, setClosed, setHits, setTarget, targetField } from './decorations.js';
import type { Loaded } from './model.js';
import { differencesOf, omittedLines, sourceOffset, type Omitted } from './pieces.js';
import { hitsOf, type Hit, type Side } from './search.js';

export interface EditorsOptions {
  loaded: Loaded;
  ref: string;
  pins: readonly LineRange[];
  trans: TranslationBundle;
  /** A marker of another original, or of a part that is not known. */
  onElsewhere: (marker: MarkerPlace) => void;
  /** Lines of the original that somebody wants kept. */
  onPin: (lines: LineRange) => void;
}

export class Editors {
  constructor(
    parent: HTMLElement,
    private readonly _options: EditorsOptions
  ) {
    const { loaded } = _options;
    this._omitted = loaded.after ? omittedLines(loaded.original, loaded.after.pieces) : [];
    this._folds = foldField(this._omitted, one => this._foldLabel(one));
    if (loaded.after) {
      this._merge = this._merged(parent, loaded.original, loaded.after);
      this.before = this._merge.a;
      this.after = this._merge.b;
    } else {
      const state = EditorState.create({ doc: textOf(loaded.original), extensions: this._beforeExtensions() });
      this.before = new EditorView({ state, parent });
    }
  }

  readonly before: EditorView;
  readonly after: EditorView | null = null;

  /** The element that scrolls. */
  get scroller(): HTMLElement {
    return this._merge?.dom ?? this.before.scrollDOM;
  }

  get hasFolds(): boolean {
    return this._omitted.length > 0;
  }

  dispose(): void {
    if (this._merge) {
      this._merge.destroy();
    } else {
      this.before.destroy();
    }
  }

  /** Opens what a marker stands for, at its place. */
  openMarker(marker: MarkerPlace): void {
    const { loaded, ref, onElsewhere } = this._options;
    if (marker.ref !== ref) {
      onElsewhere(marker);
    } else if (hasSource(marker)) {
      this.reveal('before', marker.source_start, marker.source_end);
    } else {
      const from = sourceOffset(loaded.after?.pieces ?? [], marker.start);
      this.reveal('before', from, this.before.state.doc.lineAt(from).to);
    }
  }

  /** Shows and marks a run of one side; folds over it open. */
  reveal(side: Side, from: number, to: number): void {
    const view = side === 'before' ? this.before : (this.after ?? this.before);
    const end = Math.min(to, view.state.doc.length);
    const start = Math.min(from, end);
    if (side === 'before') {
      this._open(start, end);
    }
    view.dispatch({
      selection: { anchor: start },
      effects: [setTarget.of({ from: start, to: end }), EditorView.scrollIntoView(start, { y: 'center' })]
    });
    const other = side === 'before' ? this.after : this.before;
    other?.dispatch({ effects: setTarget.of(null) });
    view.focus();
  }

  revealLine(line: number): void {
    const { from, to } = this.before.state.doc.line(Math.max(1, Math.min(line, this.before.state.doc.lines)));
    this.reveal('before', from, to);
  }

  /** Marks what is looked for in both. */
  search(word: string): Hit[] {
    const { original, after } = this._options.loaded;
    const hits = hitsOf(original, after?.text ?? '', word, after?.pieces ?? []);
    this.before.dispatch({ effects: setHits.of(hits.filter(hit => hit.side === 'before')) });
    this.after?.dispatch({ effects: setHits.of(hits.filter(hit => hit.side === 'after')) });
    return hits;
  }

  foldAll(isClosed: boolean): void {
    this.before.dispatch({ effects: setClosed.of(new Set(isClosed ? this._omitted.keys() : [])) });
  }

  step(direction: 1 | -1): void {
    (direction > 0 ? goToNextChunk : goToPreviousChunk)(this.before);
    this.before.focus();
  }

  /** Lines of the original in which the selection stands. */
  selectedLines(): LineRange {
    const { from, to } = this.before.state.selection.main;
    return [this.before.state.doc.lineAt(from).number, this.before.state.doc.lineAt(to).number];
  }

  private _merged(parent: HTMLElement, original: string, after: NonNullable<Loaded['after']>): MergeView {
    const differences = differencesOf(original, after.text, after.pieces);
    const label = this._options.trans.__('After: what a model reads');
    return new MergeView({
      a: { doc: textOf(original), extensions: this._beforeExtensions() },
      b: {
        doc: textOf(after.text),
        extensions: [
          ...common(label, after.text),
          markerMarks(after.markers, this._options.trans.__('Show the original')),
          Prec.high(EditorView.domEventHandlers({ click: event => this._onMarker(event), keydown: event => this._onKey(event) }))
        ]
      },
      parent,
      highlightChanges: false,
      // A general diff takes minutes on such pairs.
      diffConfig: { override: () => differences.map(one => new Change(one.fromA, one.toA, one.fromB, one.toB)) }
    });
  }

  private _beforeExtensions(): Extension[] {
    const onClick = (event: MouseEvent): boolean => this._onFold(event);
    return [
      lineNumbers({
        domEventHandlers: {
          click: (view, block) => {
            const line = view.state.doc.lineAt(block.from).number;
            this._options.onPin([line, line]);
            return true;
          }
        }
      }),
      ...common(this._options.trans.__('Before: the original'), this._options.loaded.original),
      this._folds,
      EditorView.decorations.of(view => pinnedLines(view.state, this._options.pins)),
      EditorView.domEventHandlers({ click: onClick }),
      keymap.of([
        { key: 'Alt-p', run: () => (this._options.onPin(this.selectedLines()), true) },
        { key: 'Enter', run: () => this._toggleAtCursor() }
      ])
    ];
  }

  private _onFold(event: MouseEvent): boolean {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-fold]') : null;
    if (!button) {
      return false;
    }
    this._toggle(Number(button.dataset.fold));
    return true;
  }

  private _onMarker(event: MouseEvent | KeyboardEvent): boolean {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-marker]') : null;
    const marker = target && this._options.loaded.after?.markers[Number(target.dataset.marker)];
    if (!marker) {
      return false;
    }
    this.openMarker(marker);
    return true;
  }

  private _onKey(event: KeyboardEvent): boolean {
    if (event.key !== 'Enter') {
      return false;
    }
    const head = this.after?.state.selection.main.head ?? 0;
    const marker = this._options.loaded.after?.markers.find(one => one.start <= head && head <= one.end);
    if (this._onMarker(event)) {
      return true;
    }
    if (marker) {
      this.openMarker(marker);
    }
    return marker !== undefined;
  }

  private _toggleAtCursor(): boolean {
    const button = document.activeElement?.closest<HTMLElement>('[data-fold]');
    if (button) {
      this._toggle(Number(button.dataset.fold));
      return true;
    }
    const { head } = this.before.state.selection.main;
    const index = this._omitted.findIndex(one => one.from <= head && head <= one.to);
    if (index >= 0) {
      this._toggle(index);
    }
    return index >= 0;
  }

  private _toggle(index: number): void {
    const closed = new Set(this.before.state.field(this._folds).closed);
    if (!closed.delete(index)) {
      closed.add(index);
    }
    this.before.dispatch({ effects: setClosed.of(closed) });
    this.before.dom.querySelector<HTMLElement>(`[data-fold="${index}"]`)?.focus();
  }

  private _open(from: number, to: number): void {
    const { closed } = this.before.state.field(this._folds);
    const left = new Set([...closed].filter(index => !overlaps(this._omitted[index], from, to)));
    if (left.size < closed.size) {
      this.before.dispatch({ effects: setClosed.of(left) });
    }
  }

  private _foldLabel({ firstLine, lastLine }: Omitted): string {
    const count = lastLine - firstLine + 1;
    return this._options.trans.__('%1 lines left out: %2 to %3', count.toLocaleString(), firstLine, lastLine);
  }

  private readonly _omitted: Omitted[];
  private readonly _folds: ReturnType<typeof foldField>;
  private readonly _merge: MergeView | null = null;
}

function overlaps(one: Omitted | undefined, from: number, to: number): boolean {
  return one !== undefined && one.from <= to && from <= one.to;
}

/** Lines end at "\n" alone, as the engine counts them; what else ends lines elsewhere is shown as a sign. */
function textOf(text: string): Text {
  return Text.of(text.split('\n'));
}

/** Lines beyond this do not wrap: the browser would lay out all of them, 10 s for 10 MB. */
const LONGEST_WRAPPED = 10_000;

function hasLongLine(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    if ((end < 0 ? text.length : end) - at > LONGEST_WRAPPED) {
      return true;
    }
    at = end < 0 ? text.length : end + 1;
  }
  return false;
}

function common(label: string, text: string): Extension[] {
  return [
    EditorState.lineSeparator.of('\n'),
    EditorState.readOnly.of(true),
    hasLongLine(text) ? [] : EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', spellcheck: 'false' }),
    highlightSpecialChars(),
    drawSelection(),
    jupyterTheme,
    targetField,
    hitMarks
  ];
}
