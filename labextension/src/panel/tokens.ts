/** What plugins give to each other: `requires: [IHeadroomPanel]`. */
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { CompareArgs } from './compare/model.js';
import type { LineRange } from './protocol.js';

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

/** Comparisons in the main area; the command `headroom:compare` opens one. */
export interface IComparisons {
  /** Somebody pinned lines of an original, or let them go. */
  readonly pinned: ISignal<IComparisons, { args: CompareArgs; pins: LineRange[] }>;
}

export const IComparisons = new Token<IComparisons>(
  'headroom-jupyter:IComparisons',
  'Comparisons of before and after: tells which lines were pinned.'
);
