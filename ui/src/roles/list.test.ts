import { beforeEach, expect, it } from 'vitest';
import { flushSync } from 'svelte';
import { catalog } from './catalog.svelte';
import { roleList } from './list.svelte';

beforeEach(async () => {
  await catalog.load();
  roleList.filter = '';
  flushSync();
});

it('begins on the first role and moves by lines', () => {
  roleList.settle();
  expect(roleList.selected?.key).toBe('acme-prod/StuzioAcmeConsultantRole');
  roleList.step(1);
  expect(roleList.selected?.key).toBe('acme-prod/AWSIAMRoleForRDS');
  roleList.step(-Infinity);
  expect(roleList.index).toBe(0);
});

it('keeps the details of a role while the cursor is on a head, folds and unfolds', () => {
  roleList.show('acme-dev/PowerUserAccess');
  expect(roleList.selected?.role_name).toBe('PowerUserAccess');
  roleList.arrow('left');
  const head = roleList.lines[roleList.index];
  expect(head).toMatchObject({ kind: 'head', label: 'acme-dev' });
  expect(roleList.selected?.role_name).toBe('PowerUserAccess');
  roleList.arrow('left');
  expect(roleList.lines.some((l) => l.kind === 'role' && l.group === head?.id)).toBe(false);
  roleList.arrow('right');
  expect(roleList.lines.some((l) => l.kind === 'role' && l.group === head?.id)).toBe(true);
});

it('shows a role that a filter hid', () => {
  roleList.filter = 'staging';
  roleList.show('acme-dev/PowerUserAccess');
  expect(roleList.filter).toBe('');
  expect(roleList.selected?.key).toBe('acme-dev/PowerUserAccess');
});
