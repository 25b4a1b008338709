/**
 * Text from elsewhere (profile names, object keys) made safe to read. Svelte already keeps it from being markup;
 * this shows what would be unseen or would turn the text around: control characters and bidirectional overrides.
 */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function plain(text: string): string {
  return text.replace(UNSEEN, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}
