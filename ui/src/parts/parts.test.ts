import { describe, expect, it } from 'vitest';
import { coloured } from '../buckets/colour';
import { breakable } from './breakable';
import { plain } from './plain';
import { offsetsOf, rowAt, windowOf } from './rows';
import { formatSize } from './sizes';
import { indexAfterTyping } from './typeahead';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [2100, '2.1 KB'],
    [38_400, '38.4 KB'],
    [999_600, '1 MB'],
    [214e6, '214 MB'],
    [1.84e9, '1.84 GB'],
    [7.4e9, '7.4 GB'],
    [48.6e9, '48.6 GB']
  ])('%d is %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
});

describe('a9: text from elsewhere', () => {
  it('shows control characters and what would turn text around', () => {
    expect(plain('\u202Egpj.exe\u202C')).toBe('\\u{202e}gpj.exe\\u{202c}');
    expect(plain('a\u0000b\nc')).toBe('a\\u{0}b\\u{a}c');
    expect(plain('\u2066x\u2069 \u200b\ufeff')).not.toMatch(/[\u200b\u2066-\u2069\ufeff]/);
  });
  it('leaves other writing alone', () => {
    expect(plain('Ünïcode 名前 שם <b>')).toBe('Ünïcode 名前 שם <b>');
  });
});

describe('breaks', () => {
  it.each([
    'arn:aws:iam::183438944504:role/team/Name',
    'User: arn:aws:iam::081278057606:user/troy is not authorized to perform: sts:AssumeRole on resource: x',
    '',
    'plain words'
  ])('loses nothing of %j', (text) => expect(breakable(text).join('')).toBe(text));
  it('breaks an ARN at its parts', () => {
    expect(breakable('arn:aws:iam::183438944504:role/Name')).toEqual(['arn:aws:iam::', '183438944504:', 'role/', 'Name']);
  });
});

describe('rows', () => {
  const offsets = offsetsOf(1000, (i) => (i % 10 === 0 ? 36 : 32));
  it('finds the row at a height', () => {
    expect(rowAt(offsets, 0)).toBe(0);
    expect(rowAt(offsets, 35.9)).toBe(0);
    expect(rowAt(offsets, 36)).toBe(1);
    expect(rowAt(offsets, 1e9)).toBe(999);
  });
  it('draws only what is seen and a few more', () => {
    const { from, to } = windowOf(offsets, 16_000, 640);
    expect(to - from).toBeLessThan(50);
    expect(from).toBeLessThan(rowAt(offsets, 16_000));
  });
  it('draws nothing of an empty list', () => {
    expect(windowOf(offsetsOf(0, () => 32), 0, 600)).toEqual({ from: 0, to: 0 });
  });
});

describe('typing in a list', () => {
  const texts = ['eu-west-1\nIreland', 'eu-west-2\nLondon', 'us-east-1\nN. Virginia'];
  it('goes on with the same letter, narrows with more, and knows the dim words', () => {
    expect(indexAfterTyping(texts, 'e', 0)).toBe(1);
    expect(indexAfterTyping(texts, 'us', 0)).toBe(2);
    expect(indexAfterTyping(texts, 'lond', 0)).toBe(1);
    expect(indexAfterTyping(texts, 'zz', 0)).toBe(-1);
  });
});

describe('JSON', () => {
  const text = '{ "a\\"b": [1, -2.5e3, true], "c": "d: {}" }';
  it('loses nothing and knows keys from values', () => {
    const pieces = coloured(text);
    expect(pieces.map((p) => p.text).join('')).toBe(text);
    const of = (kind: string) => pieces.filter((p) => p.kind === kind).map((p) => p.text);
    expect(of('k')).toEqual(['"a\\"b"', '"c"']);
    expect(of('s')).toEqual(['"d: {}"']);
    expect(of('n')).toEqual(['1', '-2.5e3', 'true']);
  });
  it('takes what is not JSON as it is', () => {
    expect(coloured('<script>"x').map((p) => p.text).join('')).toBe('<script>"x');
  });
});
