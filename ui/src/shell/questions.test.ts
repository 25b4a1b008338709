import { expect, it } from 'vitest';
import { Questions } from './questions.svelte';

it('asks one after another, and the same only once', async () => {
  const questions = new Questions<string>();
  const first = questions.ask('a', () => 'first');
  const same = questions.ask('a', () => 'never made');
  const second = questions.ask('b', () => 'second');
  expect(questions.open).toBe('first');

  questions.answer('first', true);
  expect(await Promise.all([first, same])).toEqual([true, true]);
  expect(questions.open).toBe('second');

  questions.answer('second', false);
  expect(await second).toBe(false);
  expect(questions.open).toBeNull();
});

it('asks again what was answered before', async () => {
  const questions = new Questions<string>();
  void questions.ask('a', () => 'once');
  questions.answer('once', false);
  const again = questions.ask('a', () => 'twice');
  expect(questions.open).toBe('twice');
  questions.answer('twice', true);
  expect(await again).toBe(true);
});

it('takes no answer to a question that is not asked', () => {
  const questions = new Questions<string>();
  void questions.ask('a', () => 'asked');
  questions.answer('another', true);
  expect(questions.open).toBe('asked');
});
