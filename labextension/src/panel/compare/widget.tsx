import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import React from 'react';

import type { LineRange, MarkerPlace } from '../protocol.js';
import { keepFocus } from '../ui/focus.js';
import { Editors } from './editors.js';
import type { CompareModel } from './model.js';
import { CompareToolbar } from './toolbar.js';

/** Before and after side by side, in the main area. */
export class CompareWidget extends Panel {
  constructor(
    readonly model: CompareModel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-Headroom-compare');
    this._host.addClass('jp-Headroom-compareTexts');
    this.addWidget(this._bar());
    this.addWidget(this._host);
    this._focus = keepFocus(this.node, '.cm-merge-a .cm-content');
    model.textsChanged.connect(this._draw, this);
    void model.load().then(() => {
      this._showFirst();
      if (document.activeElement === this.node) {
        this._focusText();
      }
    });
  }

  /** Somebody wants to see a marker of another original. */
  get elsewhere(): ISignal<this, MarkerPlace> {
    return this._elsewhere;
  }

  /** Pins changed: the context view may want to keep them. */
  get pinned(): ISignal<this, LineRange[]> {
    return this._pinned;
  }

  /** Shows another place of the same texts. */
  showPlace(marker: string | undefined, line: number | undefined): void {
    const place = marker === undefined ? undefined : this.model.loaded?.after?.markers.find(one => one.marker === marker);
    if (place) {
      this._editors?.openMarker(place);
    } else if (line !== undefined) {
      this._editors?.revealLine(line);
    }
  }

  override dispose(): void {
    this._focus.dispose();
    this._editors?.dispose();
    this.model.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._focusText();
  }

  private _focusText(): void {
    (this._editors?.after ?? this._editors?.before)?.focus();
  }

  private _showFirst(): void {
    this.showPlace(this.model.args.marker, this.model.args.line);
  }

  private _bar(): Widget {
    const bar = ReactWidget.create(
      <UseSignal signal={this.model.stateChanged}>
        {() => (
          <CompareToolbar
            model={this.model}
            trans={this._trans}
            hasFolds={this._editors?.hasFolds ?? false}
            onSearch={word => this._editors?.search(word) ?? []}
            onReveal={hit => this._editors?.reveal(hit.side, hit.from, hit.to)}
            onFoldAll={isClosed => this._editors?.foldAll(isClosed)}
            onStep={direction => this._editors?.step(direction)}
            onPin={() => { this._pin(this._editors?.selectedLines()); }}
          />
        )}
      </UseSignal>
    );
    return bar;
  }

  private _pin(lines: LineRange | undefined): void {
    if (lines && !this.model.isBusy) {
      void this.model.pin(lines).then(() => { this._pinned.emit(this.model.pins); });
    }
  }

  private _draw(): void {
    const { loaded, pins } = this.model;
    const top = this._editors?.scroller.scrollTop ?? 0;
    const cursor = this._editors?.before.state.selection.main.head ?? 0;
    this._editors?.dispose();
    this._editors = null;
    if (!loaded || (loaded.original === '' && loaded.entry.chars > 0)) {
      return;
    }
    this._editors = new Editors(this._host.node, {
      loaded,
      pins,
      ref: this.model.args.ref,
      trans: this._trans,
      onElsewhere: marker => { this._elsewhere.emit(marker); },
      onPin: lines => { this._pin(lines); }
    });
    if (cursor > 0) {
      this._editors.before.dispatch({ selection: { anchor: Math.min(cursor, loaded.original.length) } });
    }
    this._editors.scroller.scrollTop = top;
  }

  private readonly _focus: IDisposable;
  private _editors: Editors | null = null;
  private readonly _host = new Widget();
  private readonly _elsewhere = new Signal<this, MarkerPlace>(this);
  private readonly _pinned = new Signal<this, LineRange[]>(this);
}
