import { beforeEach, describe, expect, it } from 'vitest';
import { manyPortals } from '../host/fakePortals';
import { AddingSaml } from './addingSaml.svelte';
import { Attempt } from './attempt.svelte';
import { portals } from './portals.svelte';
import { isSaml, standingInFull } from './standing';

const { fake } = window;
const RESPONSE = 'PHNhbWxwOlJlc3BvbnNlPg==';
let ended: boolean[];

beforeEach(() => {
  fake.world.portals.states = manyPortals(() => new Date(0).toISOString());
  fake.world.portals.addSaml({ name: 'directory', start_url: 'https://login.example.com/aws', region: null, replace: false });
  fake.calls.length = 0;
  ended = [];
});

const portal = () => fake.world.portals.of('directory').portal;
const attempt = () => new Attempt(portal(), false, (_, signedIn) => ended.push(signedIn));
const calls = (name: string) => fake.calls.filter((c) => c.name === name).map((c) => c.request);

describe('a sign-in at a SAML provider', () => {
  it('ends when the window has given what it was opened for', async () => {
    const one = attempt();
    void one.begin('browser');
    await expect.poll(() => one.phase.kind).toBe('waiting');
    fake.world.portals.allow('directory');
    await expect.poll(() => ended).toEqual([true]);
  });

  it('fails when the window is closed, and can be tried again', async () => {
    const one = attempt();
    void one.begin('browser');
    await expect.poll(() => one.phase.kind).toBe('waiting');
    fake.world.portals.deny('directory', 'The sign-in was given up.');
    await expect.poll(() => one.phase.kind).toBe('failed');
    expect(ended).toEqual([]);
    one.cancel();
  });

  it('takes what was pasted, with a page open or without', async () => {
    const one = attempt();
    void one.begin('browser');
    await expect.poll(() => one.phase.kind).toBe('waiting');
    await one.paste(RESPONSE);
    await expect.poll(() => ended).toEqual([true]);
    await attempt().paste(RESPONSE);
    expect(ended).toEqual([true, true]);
    expect(calls('paste_saml')).toEqual(Array(2).fill({ portal: 'directory', response: RESPONSE }));
    expect(calls('cancel_sign_in')).toEqual([]);
  });

  it('says why a paste is of no use, and leaves the page as it is', async () => {
    const one = attempt();
    void one.begin('browser');
    await expect.poll(() => one.phase.kind).toBe('waiting');
    await one.paste('hello');
    expect(one.trouble).toContain('not base64');
    expect(one.phase.kind).toBe('waiting');
    expect(one.pasting).toBe(false);
    expect(ended).toEqual([]);
    one.cancel();
  });
});

describe('naming a provider', () => {
  it('goes on with a name and an address, and sends no empty region', async () => {
    const adding = new AddingSaml();
    expect(adding.missing).toBe('Name is missing');
    adding.name = ' other ';
    expect(adding.missing).toBe('Address is missing');
    adding.address = ' https://login.example.com/other ';
    await adding.add();
    expect(calls('add_saml')).toEqual([{ name: 'other', start_url: 'https://login.example.com/other', region: null, replace: false }]);
    expect(portals.all.map((s) => s.portal.name)).toContain('other');
  });

  it('replaces one of that name only once that was asked, for exactly these answers', async () => {
    const adding = new AddingSaml();
    adding.name = 'directory';
    adding.address = 'https://login.example.com/other';
    await adding.add();
    expect(adding.replaces).toContain('https://login.example.com/aws');
    expect(fake.world.portals.of('directory').portal.start_url).toBe('https://login.example.com/aws');
    adding.address = 'https://login.example.com/third';
    expect(adding.replaces).toBeNull();
    await adding.add();
    await adding.add();
    expect(fake.world.portals.of('directory').portal.start_url).toBe('https://login.example.com/third');
    expect(calls('add_saml').map((r) => (r as { replace: boolean }).replace)).toEqual([false, false, true]);
  });

  it('says what is wrong with an address and keeps what was typed', async () => {
    const adding = new AddingSaml();
    adding.name = 'other';
    adding.address = 'file:///etc/passwd';
    adding.region = 'eu-west-1';
    await adding.add();
    expect(adding.error).toContain('no address of a sign-in page');
    expect(adding.busy).toBe(false);
    expect(adding.address).toBe('file:///etc/passwd');
  });
});

it('stands for minutes, and says that sessions outlive it', () => {
  const now = new Date(2026, 5, 11, 14, 20);
  const state = { ...fake.world.portals.of('directory'), roles: 2, accounts: 1 };
  expect(isSaml(state.portal)).toBe(true);
  expect(standingInFull(state, now)).toBe('Sign in again for the next switch. Live sessions go on.');
  expect(standingInFull({ ...state, roles: null }, now)).toBe('Sign in to list and use its roles.');
  const until = new Date(now.getTime() + 5 * 60_000).toISOString();
  expect(standingInFull({ ...state, signed_in_until: until }, now)).toBe('Until 14:25, 5 min from now.');
});
