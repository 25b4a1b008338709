import { describe, expect, it } from 'vitest';
import { formatChoice, formatLeft, formatLength, spokenLeft, toneOf } from './left';

describe('time left', () => {
  it.each([
    [23_890, '6h 38m'],
    [3601, '1h 0m'],
    [3600, '60:00'],
    [2537, '42:17'],
    [248, '4:08'],
    [5, '0:05'],
    [0, '0:00'],
    [-3, '0:00']
  ])('%i s reads %s', (seconds, text) => expect(formatLeft(seconds)).toBe(text));

  it.each([
    [901, 'ok'],
    [900, 'warn'],
    [301, 'warn'],
    [300, 'crit'],
    [1, 'crit'],
    [0, 'off']
  ])('%i s is drawn as %s', (seconds, tone) => expect(toneOf(seconds)).toBe(tone));

  it.each([
    [2537, '42 minutes 17 seconds left'],
    [61, '1 minute 1 second left'],
    [60, '1 minute left'],
    [7260, '2 hours 1 minute left'],
    [0, 'Ended']
  ])('%i s is said as %s', (seconds, text) => expect(spokenLeft(seconds)).toBe(text));
});

describe('lengths', () => {
  it.each([
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [900, '15 min'],
    [40, '40 s']
  ])('%i s is %s', (seconds, text) => expect(formatLength(seconds)).toBe(text));

  it.each([
    [900, '15m'],
    [43_200, '12h'],
    [5400, '1h30']
  ])('%i s is the choice %s', (seconds, text) => expect(formatChoice(seconds)).toBe(text));
});
