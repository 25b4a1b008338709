import { expect, it } from 'vitest';
import { templateFault } from './said';

it.each([
  ['', null],
  ['{user}', null],
  ['{user}@{account}.{role}', null],
  ['ci', null],
  ['x', '2 to 64'],
  ['{email}', 'places to fill in'],
  ['{user', 'places to fill in'],
  ['a b', 'letters, digits'],
  ['x'.repeat(65), '2 to 64']
])('b29: a session name template %j', (text, fault) => {
  if (fault === null) expect(templateFault(text)).toBeNull();
  else expect(templateFault(text)).toContain(fault);
});
