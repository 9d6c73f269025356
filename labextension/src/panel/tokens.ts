/** What plugins give to each other: `requires: [IHeadroomPanel]`. */
import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

/** The side panel. Views add themselves as tabs. */
export interface IHeadroomPanel {
  /** Shows the tab `id`; it is made on its first showing. */
  addView(view: PanelView): void;
  /** Opens the panel with one view in front. */
  show(id: string): void;
}

export interface PanelView {
  /** Also the word in the layout that is restored, such as `store`. */
  id: string;
  label: string;
  /** Position in the row of tabs. */
  rank: number;
  create(): Widget;
}

export const IHeadroomPanel = new Token<IHeadroomPanel>(
  'headroom-jupyter:IHeadroomPanel',
  'The side panel of headroom_jupyter: adds views to it.'
);
