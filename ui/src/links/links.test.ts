import { describe, expect, it, vi } from 'vitest';
import { host } from '#host';
import { catalog } from '../roles/catalog.svelte';
import { isLink, partitionName } from './link';
import { openedLinks } from './opened.svelte';

describe('a text', () => {
  it.each([
    ['https://signin.aws.amazon.com/switchrole?account=1', true],
    [' HATRACK://switch?account=1', true],
    ['arn:aws:iam::183438944504:role/ReadOnly', false],
    ['ReadOnly', false],
    ['javascript://x', false]
  ])('%j claims to be a link: %s', (text, link) => expect(isLink(text)).toBe(link));

  it('names partitions for people, and an unknown one as it is', () => {
    expect(partitionName('aws-us-gov')).toBe('AWS GovCloud (US)');
    expect(partitionName('aws-iso')).toBe('aws-iso');
  });
});

describe('an opened link', () => {
  const LINK = 'hatrack://switch?account=444455556666&role=Auditor&external_id=x-42';

  async function opened(text: string) {
    await catalog.load();
    openedLinks.take(text);
    const link = openedLinks.open;
    if (!link) throw new Error('nothing is asked');
    await vi.waitFor(() => expect(link.view ?? link.error).not.toBeNull());
    return link;
  }

  it('is read, and adds nothing', async () => {
    const before = window.fake.calls.length;
    const link = await opened(LINK);
    expect(link.view?.external_id).toBe('x-42');
    expect(window.fake.calls.slice(before).map((c) => c.name)).not.toContain('add_role');
    link.close();
    expect(openedLinks.open).toBeNull();
  });

  it('that names a listed role with another external ID is another role', async () => {
    const known = catalog.roles.find((r) => r.external_id !== null && r.arn !== null);
    const [, account, role] = /::(\d+):role\/(.+)$/.exec(known?.arn ?? '') ?? [];
    const same = await opened(`hatrack://switch?account=${account}&role=${role}&external_id=${known?.external_id}`);
    expect(same.listed?.arn).toBe(known?.arn);
    same.close();
    const other = await opened(`hatrack://switch?account=${account}&role=${role}&external_id=other`);
    expect(other.listed).toBeUndefined();
    other.close();
  });

  it('stays open where adding it fails, and is not added twice', async () => {
    const link = await opened(LINK);
    const call = vi.spyOn(host, 'call').mockRejectedValueOnce(new Error('No space is left.'));
    await link.go(false);
    expect(link.error).toBe('No space is left.');
    expect(openedLinks.open).toBe(link);
    call.mockRestore();
    const before = window.fake.calls.length;
    await Promise.all([link.go(false), link.go(false)]);
    expect(window.fake.calls.slice(before).filter((c) => c.name === 'add_role')).toHaveLength(1);
    expect(openedLinks.open).toBeNull();
  });

  const added = () => window.fake.calls.filter((c) => c.name === 'add_role').map((c) => c.request);

  it('replaces a role that the person added only once that was asked', async () => {
    const mine = await opened('hatrack://switch?account=999988887777&role=Mine&external_id=mine');
    await mine.go(false);
    const theirs = await opened('hatrack://switch?account=999988887777&role=Mine&external_id=theirs');
    await theirs.go(false);
    expect(theirs.replaces).toContain('would be replaced');
    expect(openedLinks.open).toBe(theirs);
    expect(catalog.roles.find((r) => r.arn === theirs.view?.arn)?.external_id).toBe('mine');
    // From another start it is another role, and asked anew.
    theirs.identity = 'stuzio-sso';
    expect(theirs.replaces).toBeNull();
    theirs.identity = 'troy';
    await theirs.go(false);
    await theirs.go(false);
    expect(added().slice(-2)).toMatchObject([{ replace: false }, { replace: true }]);
    expect(openedLinks.open).toBeNull();
  });

  it('leaves the hat of an account that is listed as it is', async () => {
    const known = catalog.roles[0];
    const link = await opened(`hatrack://switch?account=${known?.account_id}&role=Unheard&colour=pink`);
    expect(link.colour).toBe(known?.colour);
    await link.go(false);
    expect(added().at(-1)).toMatchObject({ colour: null, recolour: false });
    const strange = await opened('hatrack://switch?account=999988880000&role=Unheard&colour=pink');
    expect(strange.colour).toBe('pink');
    await strange.go(false);
    expect(added().at(-1)).toMatchObject({ colour: 'pink', recolour: false });
  });

  it('waits behind a few others, not behind hundreds', async () => {
    await catalog.load();
    for (let i = 0; i < 300; i += 1) openedLinks.take(`hatrack://switch?account=999988880000&role=Role${i}`);
    let asked = 0;
    for (let link = openedLinks.open; link !== null; link = openedLinks.open, asked += 1) link.close();
    expect(asked).toBe(4);
  });
});
