/** The keyboard's place is not lost when what has it goes away: a preview that closes, a button that is done with. */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

const FOCUSABLE = ':is(button, input, select, summary, [tabindex="0"], [contenteditable="true"]):not(:disabled)';

/** @param prefer where to go if it is there, such as the row of a table that arrow keys begin at. */
export function keepFocus(node: HTMLElement, prefer: string): IDisposable {
  let path: Element[] = []; // what had the focus, and what it stands in
  const onFocus = (event: FocusEvent): void => {
    path = [];
    for (let at = event.target instanceof Element ? event.target : null; at && at !== node; at = at.parentElement) {
      path.push(at);
    }
  };
  const onBlur = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !node.contains(event.relatedTarget)) {
      path = [];
    }
  };
  const observer = new MutationObserver(() => {
    if (path[0] && !path[0].isConnected && document.activeElement === document.body) {
      const around = path.find(one => one.isConnected && one.matches(':not(tr, tbody)'));
      const next = node.querySelector<HTMLElement>(prefer) ?? (around ?? node).querySelector<HTMLElement>(FOCUSABLE) ?? node.querySelector<HTMLElement>(FOCUSABLE);
      path = [];
      next?.focus({ preventScroll: true });
    }
  });
  node.addEventListener('focusin', onFocus);
  node.addEventListener('focusout', onBlur);
  observer.observe(node, { childList: true, subtree: true });
  return new DisposableDelegate(() => {
    observer.disconnect();
    node.removeEventListener('focusin', onFocus);
    node.removeEventListener('focusout', onBlur);
  });
}
