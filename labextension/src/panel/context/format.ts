/** Numbers as people read them; pure. */

const grouped = new Intl.NumberFormat('en');

export function tokens(count: number): string {
  return grouped.format(count);
}

/** A share as whole percent, never rounded up: 99.9 % of a text is not all of it. */
export function percent(share: number): string {
  return `${Math.max(0, Math.floor(share * 100 + 1e-9))} %`;
}

export function saved(before: number, after: number): string {
  return percent(before > 0 ? 1 - after / before : 0);
}
