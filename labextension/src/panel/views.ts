import type { TranslationBundle } from '@jupyterlab/translation';
import { BoxLayout, StackedPanel, TabBar, Widget } from '@lumino/widgets';

import type { PanelView } from './tokens.js';

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
  }

  /** Adds a tab; its view is made when the tab is first shown. */
  addView(view: PanelView): void {
    const holder = new Widget();
    holder.title.label = view.label;
    this._views.push({ ...view, holder, made: null });
    this._views.sort((one, other) => one.rank - other.rank);
    this._tabs.insertTab(this._views.findIndex(one => one.holder === holder), holder.title);
    this._onCurrentChanged();
  }

  /** Brings a view to the front. */
  select(id: string): void {
    const index = this._views.findIndex(view => view.id === id);
    if (index >= 0) {
      this._tabs.currentIndex = index;
    }
  }

  private _onCurrentChanged(): void {
    const title = this._tabs.currentTitle;
    for (const view of this._views) {
      const isCurrent = view.holder.title === title;
      if (isCurrent && view.made === null) {
        view.made = view.create();
        this._stack.addWidget(view.made);
      }
      view.made?.setHidden(!isCurrent);
    }
  }

  private readonly _tabs = new TabBar<Widget>({ orientation: 'horizontal' });
  private readonly _stack = new StackedPanel();
  private readonly _views: (PanelView & { holder: Widget; made: Widget | null })[] = [];
}
