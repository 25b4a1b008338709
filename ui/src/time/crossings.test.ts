import { expect, it } from 'vitest';
import { crossed } from './crossings';

const at = (left: number) => new Map([['s', left]]);

it('says each mark once as it is passed', () => {
  expect(crossed(at(901), at(900))).toEqual([{ id: 's', mark: 900 }]);
  expect(crossed(at(900), at(899))).toEqual([]);
  expect(crossed(at(301), at(299))).toEqual([{ id: 's', mark: 300 }]);
  expect(crossed(at(1), at(0))).toEqual([{ id: 's', mark: 0 }]);
});

it('says only the last of several marks passed while asleep', () => {
  expect(crossed(at(3000), at(0))).toEqual([{ id: 's', mark: 0 }]);
});

it('says nothing of a session first seen past a mark, nor of one renewed', () => {
  expect(crossed(new Map(), at(200))).toEqual([]);
  expect(crossed(at(200), at(3600))).toEqual([]);
});
