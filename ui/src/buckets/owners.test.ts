import { expect, test } from 'vitest';
import { owners } from './owners.svelte';

test('an owner is known from a list or from an access point, and not otherwise', () => {
  owners.learn('111122223333', [{ name: 'listed' }]);
  expect(owners.of('listed')).toBe('111122223333');
  expect(owners.of('arn:aws:s3:eu-south-1:081278057606:accesspoint/plans')).toBe('081278057606');
  for (const unknown of ['other', 'arn:aws:s3:::bucket', null]) expect(owners.of(unknown)).toBeNull();
});
