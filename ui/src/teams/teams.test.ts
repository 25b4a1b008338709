import { describe, expect, it } from 'vitest';
import { AddingTeam } from './adding.svelte';
import { groups, teamTimes, trustText } from './fingerprint';

describe('in words', () => {
  it('a hash is read in groups of four', () => expect(groups('3f1c0de277')).toEqual(['3f1c', '0de2', '77']));

  it('trust is a pin or a key', () => {
    expect(trustText('sha256 3f1c0de277aa4b1e')).toBe('Pinned to SHA-256 3f1c0de277aa…');
    expect(trustText('key RWSOtEDwJ7HK/Du8')).toBe('Signed by RWSOtEDwJ7HK…');
  });

  it('times tell when it was read, and when it changed where that differs', () => {
    const now = new Date('2026-06-11T14:20:00');
    const at = (text: string) => new Date(text).toISOString();
    const team = {
      name: 't', location: '/t', trust: 'sha256 x', accounts: 1, roles: 1, error: null, offered: null,
      fetched_at: at('2026-06-10T09:00:00'), checked_at: at('2026-06-11T13:58:00')
    };
    expect(teamTimes(team, now)).toBe('Last read today 13:58, changed yesterday 09:00');
    expect(teamTimes({ ...team, fetched_at: team.checked_at }, now)).toBe('Last read today 13:58');
    expect(teamTimes({ ...team, checked_at: null }, now)).toContain('Not looked for yet');
  });
});

describe('adding', () => {
  it('pins exactly what was looked at', async () => {
    const adding = new AddingTeam();
    adding.location = ' https://catalog.example/t.toml ';
    await adding.next();
    const { preview } = adding;
    expect(preview?.name).toBe('security');
    await adding.next();
    expect(window.fake.calls.findLast((c) => c.name === 'add_team')?.request).toEqual({
      location: 'https://catalog.example/t.toml', trust: { kind: 'sha256', sha256: preview?.sha256 }
    });
  });

  it('forgets what was looked at as soon as the place is another', async () => {
    const adding = new AddingTeam();
    adding.location = 'https://catalog.example/t.toml';
    await adding.next();
    adding.changed();
    expect(adding.preview).toBeNull();
  });

  it('says what is missing, and asks nothing meanwhile', async () => {
    const adding = new AddingTeam();
    expect(adding.missing).toBe('Address is missing');
    adding.location = '/srv/t.toml';
    adding.by = 'key';
    expect(adding.missing).toBe('Key is missing');
    const before = window.fake.calls.length;
    await adding.next();
    expect(window.fake.calls).toHaveLength(before);
  });
});
