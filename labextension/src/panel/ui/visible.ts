// Controls, and signs that are not seen and change what is: bidirectional overrides, zero widths, line separators.
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text with what cannot be seen, or would change what is seen, written out. */
export function visible(text: string): string {
  return text.replace(UNSEEN, sign => written(sign.charCodeAt(0)));
}

function written(code: number): string {
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? '\u2421' : `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}
