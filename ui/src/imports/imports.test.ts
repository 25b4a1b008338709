import { describe, expect, it } from 'vitest';
import { Importing } from './importing.svelte';
import { importRows, importSummary, roleCount } from './rows';

const role = (name: string) => ({ name, key: name, arn: `arn:aws:iam::444455556666:role/${name}`, start: 'troy' });
const view = { format: 'Leapp', sha256: '0', added: [role('a'), role('b')], present: [role('c')], unusable: [{ name: 'd', why: 'no role' }] };

describe('rows', () => {
  it('show first what cannot be used, with its reason', () => {
    expect(importRows(view).map((r) => [r.name, r.state])).toEqual([
      ['d', 'unusable'],
      ['a', 'new'],
      ['b', 'new'],
      ['c', 'present']
    ]);
    expect(importRows(view)[0]?.text).toBe('no role');
  });

  it('are counted without naming what there is none of', () => {
    expect(importSummary(view)).toBe('2 to add, 1 there already, 1 not usable');
    expect(importSummary({ ...view, present: [], unusable: [] })).toBe('2 to add');
    expect(roleCount(1)).toBe('1 role');
  });
});

describe('importing', () => {
  it('adds nothing before it is run, and takes back what it added', async () => {
    const importing = new Importing();
    importing.pasted = '[x]\nrole_arn = arn:aws:iam::444455556666:role/X';
    await importing.look();
    expect(importing.step).toBe('preview');
    expect(window.fake.calls.at(-1)?.request).toMatchObject({ seen: null });
    await importing.run();
    expect(importing.step).toBe('done');
    await importing.undo();
    expect(importing.undone).toBe(1);
  });

  it('adds what was shown, and not what the file says by now', async () => {
    const importing = new Importing();
    await importing.choose();
    expect(importing.step).toBe('preview');
    const { catalogs } = window.fake.world;
    const { hash } = catalogs;
    catalogs.hash = 'f'.repeat(64);
    await importing.run();
    expect(importing.step).toBe('preview');
    expect(importing.error).toContain('look at it again');
    catalogs.hash = hash;
    await importing.run();
    expect(importing.step).toBe('done');
    expect(window.fake.calls.findLast((c) => c.name === 'import_roles')?.request).toMatchObject({ seen: hash });
    await importing.undo();
  });

  it('is undone only when all are gone, and goes on where it was stopped', async () => {
    const importing = new Importing();
    importing.pasted = ['A', 'B', 'C'].map((name) => `[${name}]\nrole_arn = arn:aws:iam::444455556666:role/${name}\n`).join('');
    await importing.look();
    await importing.run();
    window.fake.world.catalogs.stuck = 2;
    await importing.undo();
    expect(importing.undone).toBeNull();
    expect(importing.error).toContain('2 roles could not be removed');
    window.fake.world.catalogs.stuck = 0;
    await importing.undo();
    expect(importing.undone).toBe(3);
    expect(importing.error).toBeNull();
  });

  it('runs nothing where there is nothing to add', async () => {
    const importing = new Importing();
    importing.pasted = '[x]\nregion = eu-west-1';
    await importing.look();
    const before = window.fake.calls.length;
    await importing.run();
    expect(window.fake.calls).toHaveLength(before);
    expect(importing.step).toBe('preview');
  });

  it('stays at the source with what went wrong', async () => {
    const importing = new Importing();
    importing.pasted = 'hello';
    await importing.look();
    expect(importing.step).toBe('source');
    expect(importing.error).toContain('no file of AWS Extend Switch Roles');
  });
});
