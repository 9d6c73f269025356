/** Numbers as people read them; pure. */

const grouped = new Intl.NumberFormat('en');

export function tokens(count: number): string {
  return grouped.format(count);
}

/** 950, 1.2k, 34k, 1.5M: for places that are narrow. */
export function short(count: number): string {
  if (count < 1000) {
    return String(count);
  }
  const [size, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)}${unit}`;
}

/** A share as whole percent, never rounded up: 99.9 % of a text is not all of it. */
export function percent(share: number): string {
  return `${Math.max(0, Math.floor(share * 100 + 1e-9))} %`;
}

export function saved(before: number, after: number): string {
  return percent(before > 0 ? 1 - after / before : 0);
}
