/**
 * Text of an object made safe to read: what would be unseen or would turn the text around is shown as what it is. Lines
 * and tabs stay.
 */
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/g;

export const readable = (text: string): string => text.replace(UNSEEN, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
