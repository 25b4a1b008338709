import { expect, it } from 'vitest';
import { Latest } from './latest';

it('an answer that a younger one overtook is dropped', async () => {
  const latest = new Latest();
  const replies: ((value: string) => void)[] = [];
  const ask = () => latest.of(() => new Promise<string>((done) => replies.push(done)));
  const [first, second, third] = [ask(), ask(), ask()];
  replies[1]?.('second');
  expect(await second).toEqual({ value: 'second' });
  replies[0]?.('first');
  expect(await first).toBeNull();
  replies[2]?.('third');
  expect(await third).toEqual({ value: 'third' });
});

it('one that failed stands in nobody’s way', async () => {
  const latest = new Latest();
  let reply: (value: string) => void = () => undefined;
  const first = latest.of(() => new Promise<string>((done) => (reply = done)));
  await expect(latest.of(() => Promise.reject(new Error('no')))).rejects.toThrow();
  reply('first');
  expect(await first).toEqual({ value: 'first' });
});
