/** Counts, sizes, shares and times as people read them. */

/** The share saved, rounded down to a tenth of a per cent: only what is empty has lost all. */
export function savedPercent(before: number, after: number): string {
  const tenths = before > 0 ? Math.floor(((before - after) * 1000) / before) : 0;
  return tenths % 10 === 0 ? `${tenths / 10} %` : `${(tenths / 10).toFixed(1)} %`;
}

/** 1234567 as 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** 950, 1.2k, 34k, 1.5M: for places that are narrow. */
export function short(count: number): string {
  if (count < 1000) {
    return String(count);
  }
  const [size, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)}${unit}`;
}

/** Bytes in the unit that suits them, in powers of 1000. */
export function bytes(count: number): string {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) {
    if (count >= size) {
      return `${(count / size).toFixed(count >= 100 * size ? 0 : 1)} ${unit}`;
    }
  }
  return `${count} B`;
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60]
] as const;

/** How far a time is from now, in words of the reader's language: "2 hours ago", "in 30 days". */
export function distance(seconds: number, now: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const apart = seconds - now;
  for (const [unit, size] of STEPS) {
    if (Math.abs(apart) >= size) {
      return words.format(Math.round(apart / size), unit);
    }
  }
  return words.format(0, 'second');
}
