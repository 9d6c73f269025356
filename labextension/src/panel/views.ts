import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import { BoxLayout, StackedPanel, TabBar, Widget } from '@lumino/widgets';

import type { PanelView } from './tokens.js';
import { keepFocus } from './ui/focus.js';

/** A row of tabs above views, each made when it is first shown. */
export class ViewsPanel extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-Headroom-panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Headroom'));
    this._tabs.addClass('jp-Headroom-tabs');
    this._tabs.currentChanged.connect(this._onCurrentChanged, this);
    const layout = (this.layout = new BoxLayout({ direction: 'top-to-bottom', spacing: 0 }));
    layout.addWidget(this._tabs);
    layout.addWidget(this._stack);
    BoxLayout.setStretch(this._tabs, 0);
    BoxLayout.setStretch(this._stack, 1);
    this._focus = keepFocus(this._stack.node, '.lm-StackedPanel-child:not(.lm-mod-hidden) tr[data-row][tabindex="0"]');
  }

  /** Somebody brought another view to the front: its id. */
  get chosen(): ISignal<this, string> {
    return this._chosen;
  }

  /** Adds a tab. In whatever order plugins add theirs, the one that was chosen is in front, else the first. */
  addView(view: PanelView): void {
    const holder = new Widget();
    holder.title.label = view.label;
    this._views.push({ ...view, holder, made: null });
    this._views.sort((one, other) => one.rank - other.rank);
    this._isAdding = true;
    this._tabs.insertTab(this._views.findIndex(one => one.holder === holder), holder.title);
    this._tabs.currentIndex = Math.max(0, this._views.findIndex(one => one.id === this._wanted));
    this._isAdding = false;
    this._draw();
  }

  /** Brings a view to the front, also one that is added later. */
  select(id: string): void {
    this._wanted = id;
    const index = this._views.findIndex(view => view.id === id);
    if (index >= 0) {
      this._tabs.currentIndex = index;
    }
  }

  override dispose(): void {
    this._focus.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._draw();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._draw();
  }

  private _onCurrentChanged(): void {
    const view = this._views.find(({ holder }) => holder.title === this._tabs.currentTitle);
    if (view && !this._isAdding) {
      this._wanted = view.id;
      this._draw();
      this._chosen.emit(view.id);
    }
  }

  private _draw(): void {
    for (const view of this._views) {
      const isCurrent = view.holder.title === this._tabs.currentTitle;
      if (isCurrent && view.made === null && this.isVisible) {
        view.made = view.create();
        view.made.hide(); // views begin when they are shown, and are told of it only if they were hidden
        this._stack.addWidget(view.made);
      }
      view.made?.setHidden(!isCurrent);
    }
  }

  private readonly _focus: IDisposable;
  private readonly _tabs = new TabBar<Widget>({ orientation: 'horizontal' });
  private readonly _stack = new StackedPanel();
  private readonly _views: (PanelView & { holder: Widget; made: Widget | null })[] = [];
  private readonly _chosen = new Signal<this, string>(this);
  private _wanted = '';
  private _isAdding = false;
}
