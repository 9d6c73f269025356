/** What stands under our MIME type in a notebook, read with care: a notebook may come from anybody. Pure. */

export const MIME = 'application/vnd.headroom.v1+json';

/** An original that a result can be compared with. */
export interface Comparable {
  ref: string;
  /** For people: what it is. */
  title: string;
  before: number;
  after: number;
}

const REF = /^[0-9a-f]{12}$/;
const MOST = 200;

/** Originals that the payload names, at most 200; none of what is malformed. */
export function comparables(data: unknown): Comparable[] {
  if (!isRecord(data)) {
    return [];
  }
  if (data.type === 'messages' && Array.isArray(data.decisions)) {
    return data.decisions.slice(0, MOST).flatMap((one: unknown) => comparable(one, isRecord(one) ? `message ${String(one.message)}` : ''));
  }
  return data.type === 'text' ? comparable(data, '') : [];
}

function comparable(data: unknown, place: string): Comparable[] {
  if (!isRecord(data) || !Array.isArray(data.refs)) {
    return [];
  }
  const tokens = isRecord(data.tokens) ? data.tokens : {};
  const [before, after] = [tokens.before, tokens.after].map(count => (typeof count === 'number' ? count : 0));
  const title = [place, typeof data.kind === 'string' ? data.kind.slice(0, 40) : ''].filter(Boolean).join(' · ');
  return data.refs
    .filter((ref): ref is string => typeof ref === 'string' && REF.test(ref))
    .slice(0, 1)
    .map(ref => ({ ref, title, before: before ?? 0, after: after ?? 0 }));
}

/** The beginning of the text, for where the page itself cannot be shown; "" if there is none. */
export function preview(data: unknown): string {
  return isRecord(data) && typeof data.preview === 'string' ? data.preview.slice(0, 10_000) : '';
}

/** One line about the whole. */
export function headline(data: unknown): string {
  return isRecord(data) && typeof data.headline === 'string' ? data.headline.slice(0, 500) : '';
}

const MARKER = /^<<(?:ccr:[0-9a-f]{12} [^<>\n]{1,2500}|(?:(?:lines|rows|chars) )?[\d,-]+[^<>\n]{0,2500})>>$/;

/** Whether a text is a marker and nothing else. */
export function isMarker(text: string): boolean {
  return MARKER.test(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
