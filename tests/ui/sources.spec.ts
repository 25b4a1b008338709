/** Imports, teams' catalogs, notes and defaults, and settings as a file. */
import { expect, test, type Page } from '@playwright/test';
import { settings } from './catalogViews';
import { calls, nav, open, roleRow } from './page';

const INI = '[one]\nrole_arn = arn:aws:iam::444455556666:role/One\n[broken]\nregion = eu-west-1\n';

async function openImport(page: Page): Promise<void> {
  await settings(page, 'sources');
  await page.getByTestId('import-open').click();
}

test.describe('an import', () => {
  test('of what was pasted is looked at, run and undone', async ({ page }) => {
    await open(page);
    await openImport(page);
    await expect(page.getByTestId('import-choose')).toBeFocused();
    await expect(page.getByTestId('import-preview')).toBeDisabled();
    await page.getByTestId('import-text').fill(INI);
    await page.getByTestId('import-preview').click();
    await expect(page.getByTestId('import-summary')).toHaveText('1 to add, 1 not usable');
    await expect(page.locator('[data-testid=import-row][data-state=unusable]')).toContainText('it names no role');
    await expect(page.getByTestId('import-run')).toBeFocused();
    expect(await calls(page, 'import_roles')).toMatchObject([{ from: 'troy', seen: null }]);

    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Imported 1 role');
    await page.getByTestId('import-undo').click();
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Removed 1 role again');
    await page.getByTestId('import-done').click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByTestId('import-open')).toBeFocused();
    await nav(page, 'roles');
    await expect(roleRow(page, 'hatrack:444455556666/One')).toHaveCount(0);
  });

  test('of a file names it and never its content, and its roles are listed', async ({ page }) => {
    await open(page);
    await openImport(page);
    await page.getByTestId('import-choose').click();
    await expect(page.getByRole('dialog')).toContainText('/home/troy/Downloads/extend-switch-roles.ini');
    await page.getByTestId('import-run').click();
    await page.getByTestId('import-done').click();
    expect((await calls(page, 'import_roles')).map((c) => (c as { source: unknown }).source)).toEqual([
      { kind: 'file', id: 1 }, { kind: 'file', id: 1 }
    ]);
    await nav(page, 'roles');
    await expect(roleRow(page, 'hatrack:444455556666/Auditor')).toBeVisible();
  });

  test('goes back to another source, and a dialog that is cancelled changes nothing', async ({ page }) => {
    await open(page);
    await openImport(page);
    await page.getByTestId('import-choose').click();
    await page.getByTestId('import-back').click();
    await page.evaluate(() => (window.fake.world.catalogs.chosen = null));
    await page.getByTestId('import-choose').click();
    await expect(page.getByTestId('import-text')).toBeVisible();
    await expect(page.getByTestId('import-error')).toHaveCount(0);
  });

  test('of something else says what is wrong', async ({ page }) => {
    await open(page);
    await openImport(page);
    await page.getByTestId('import-text').fill('hello');
    await page.getByTestId('import-preview').click();
    await expect(page.getByTestId('import-error')).toContainText('no file of AWS Extend Switch Roles or Leapp');
    await page.getByTestId('import-text').fill(INI);
    await page.getByTestId('import-preview').click();
    await expect(page.getByTestId('import-summary')).toBeVisible();
  });

  test('asks again what it would add when it starts from elsewhere', async ({ page }) => {
    await open(page);
    await openImport(page);
    await page.getByTestId('import-text').fill(INI);
    await page.getByTestId('import-preview').click();
    await page.getByTestId('import-from').click();
    await page.getByRole('option', { name: 'stuzio-sso' }).click();
    await expect(page.locator('[data-testid=import-row][data-state=new]')).toContainText('stuzio-sso');
  });
});

test.describe('a team', () => {
  const row = (page: Page, team: string) => page.locator(`[data-testid="team-row"][data-team="${team}"]`);

  test('is looked at before it is pinned', async ({ page }) => {
    await open(page);
    await settings(page, 'sources');
    await page.getByTestId('team-add').click();
    await expect(page.getByTestId('team-location')).toBeFocused();
    await expect(page.getByTestId('team-next')).toBeDisabled();
    await page.keyboard.type('https://catalog.stuzio.example/security.toml');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('team-sha256')).toContainText('3f1c0de277aa4b1e');
    await expect(page.getByTestId('team-lines')).toContainText('role/Auditor from troy');
    expect(await calls(page, 'add_team')).toEqual([]);
    await page.getByTestId('team-next').click();
    await expect(row(page, 'security')).toContainText('1 account, 2 roles');
    await expect(row(page, 'security')).toContainText('Pinned to SHA-256 3f1c0de277aa…');
  });

  test('another address takes back what was looked at', async ({ page }) => {
    await open(page);
    await settings(page, 'sources');
    await page.getByTestId('team-add').click();
    await page.getByTestId('team-location').fill('https://one.example/a.toml');
    await page.getByTestId('team-next').click();
    await expect(page.getByTestId('team-preview')).toBeVisible();
    await page.getByTestId('team-location').fill('https://two.example/a.toml');
    await expect(page.getByTestId('team-preview')).toHaveCount(0);
    await expect(page.getByTestId('team-next')).toHaveText('Look at it');
  });

  test('that signs its file is added by its key', async ({ page }) => {
    await open(page);
    await settings(page, 'sources');
    await page.getByTestId('team-add').click();
    await page.getByTestId('team-location').fill('/srv/team.toml');
    await page.getByTestId('team-trust').getByText('Signature').click();
    await page.getByTestId('team-key').fill(' RWSOtEDwJ7HK ');
    await page.getByTestId('team-next').click();
    await expect(row(page, 'security')).toContainText('Signed by RWSOtEDwJ7HK');
    expect(await calls(page, 'add_team')).toEqual([{ location: '/srv/team.toml', trust: { kind: 'key', key: 'RWSOtEDwJ7HK' } }]);
  });

  test('whose address cannot be used says so in the dialog', async ({ page }) => {
    await open(page);
    await settings(page, 'sources');
    await page.getByTestId('team-add').click();
    await page.getByTestId('team-location').fill('http://catalog.example/t.toml');
    await page.getByTestId('team-next').click();
    await expect(page.getByTestId('team-error')).toContainText('no https address');
  });

  test('whose file has changed waits, shows the difference and is accepted by its fingerprint', async ({ page }) => {
    await open(page, 'portals');
    await settings(page, 'sources');
    await row(page, 'platform').getByTestId('team-refresh').click();
    const change = page.getByTestId('team-change');
    await expect(change.getByTestId('team-lines')).toContainText('+ role arn:aws:iam::183438944504:role/IncidentResponder');
    await page.keyboard.press('Escape');
    await expect(row(page, 'platform').getByTestId('team-offered')).toBeVisible();
    await row(page, 'platform').getByTestId('team-review').click();
    await page.getByTestId('team-accept').click();
    await expect(row(page, 'platform').getByTestId('team-offered')).toHaveCount(0);
    await expect(row(page, 'platform')).toContainText('Pinned to SHA-256 9b2cf535f277…');
    const asked = (await calls(page, 'refresh_team')) as { accept: string | null }[];
    expect(asked.map((a) => a.accept?.slice(0, 8) ?? null)).toEqual([null, '9b2cf535']);
  });

  test('whose file changes once more while it is looked at is shown again before it is accepted', async ({ page }) => {
    await open(page, 'portals');
    await settings(page, 'sources');
    await row(page, 'platform').getByTestId('team-review').click();
    const change = page.getByTestId('team-change');
    await expect(change.getByTestId('team-lines')).toContainText('IncidentResponder');
    await page.evaluate(() => {
      const { catalogs } = window.fake.world;
      const differences = Array.from({ length: 301 }, (_, i) => `+ role arn:aws:iam::183438944504:role/R${i} from troy`);
      catalogs.teams = catalogs.teams.map((t) => (t.name === 'platform' ? { ...t, offered: { sha256: 'e'.repeat(64), differences } } : t));
      window.fake.world.changed('catalog');
    });
    await expect(change.getByTestId('team-changed-again')).toBeVisible();
    await expect(change.getByTestId('team-lines')).toContainText('IncidentResponder');
    await page.getByTestId('team-accept').click();
    // All of it, the last line too.
    await expect(change.getByTestId('team-lines').locator('li')).toHaveCount(301);
    expect(await calls(page, 'refresh_team')).toEqual([]);
    await page.getByTestId('team-accept').click();
    await expect(change).toHaveCount(0);
    expect(await calls(page, 'refresh_team')).toEqual([{ name: 'platform', accept: 'e'.repeat(64) }]);
  });

  test('that cannot be read says why, and is removed', async ({ page }) => {
    await open(page, 'portals');
    await settings(page, 'sources');
    await expect(row(page, 'data').getByTestId('team-row-error')).toContainText('cannot be read');
    await row(page, 'data').getByTestId('team-remove').click();
    await expect(row(page, 'data')).toHaveCount(0);
    expect(await calls(page, 'remove_team')).toEqual([{ name: 'data' }]);
    // The row took the focus with it; it is on a button of the next one.
    await expect(row(page, 'platform').getByTestId('team-refresh').or(page.getByTestId('team-add')).and(page.locator(':focus'))).toBeVisible();
  });

  test('the list that cannot be read can be tried again', async ({ page }) => {
    await open(page);
    await page.evaluate(() => {
      const { commands } = window.fake.world;
      const { teams } = commands;
      commands.teams = () => {
        commands.teams = teams;
        throw new Error('The agent does not answer.');
      };
    });
    await settings(page, 'sources');
    await page.getByTestId('teams-error').getByRole('button').click();
    await expect(page.getByTestId('teams-error')).toHaveCount(0);
  });
});

test.describe('note and defaults', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'quiet');
    await roleRow(page, 'acme-prod/OrganizationAccountAccessRole').click();
    await page.getByTestId('role-said').click();
  });

  test('are saved as they are left, each by itself', async ({ page }) => {
    await page.getByTestId('role-note').fill('Ask the owners first.');
    await page.getByTestId('role-note').blur();
    await page.getByTestId('default-duration').click();
    await page.getByRole('option', { name: '30m' }).click();
    await expect(page.getByRole('radio', { name: '30m' })).toBeChecked();
    await page.getByTestId('default-session-name').fill('{user}@{account}');
    await page.getByTestId('default-session-name').blur();
    await expect.poll(() => calls(page, 'describe_role')).toHaveLength(3);
    // One at a time: what was said elsewhere meanwhile is not reverted.
    const role_key = 'acme-prod/OrganizationAccountAccessRole';
    expect(await calls(page, 'describe_role')).toEqual([
      { role_key, said: { what: 'notes', to: 'Ask the owners first.' } },
      { role_key, said: { what: 'duration', to: 1800 } },
      { role_key, said: { what: 'session_name', to: '{user}@{account}' } }
    ]);
  });

  test('are saved of the role that they were typed for when another is shown', async ({ page }) => {
    await page.getByTestId('role-note').fill('Ask the owners first.');
    // A press that does not take the focus first: the field goes without having been left.
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-key="acme-prod/readonly-asi-production-bucket"]')?.click());
    await expect(page.getByTestId('role-detail')).toContainText('readonly-asi');
    await expect.poll(() => calls(page, 'describe_role')).toEqual([
      { role_key: 'acme-prod/OrganizationAccountAccessRole', said: { what: 'notes', to: 'Ask the owners first.' } }
    ]);
  });

  test('stand open where something was said, and are taken back', async ({ page }) => {
    await page.getByTestId('role-note').fill('Ask the owners first.');
    await page.getByTestId('role-note').blur();
    await expect.poll(() => calls(page, 'describe_role')).toHaveLength(1);
    await roleRow(page, 'acme-prod/readonly-asi-production-bucket').click();
    await expect(page.getByTestId('role-note')).toHaveCount(0);
    await roleRow(page, 'acme-prod/OrganizationAccountAccessRole').click();
    await expect(page.getByTestId('role-note')).toHaveValue('Ask the owners first.');
    await page.getByTestId('role-note').fill('  ');
    await page.getByTestId('role-note').blur();
    await expect.poll(async () => (await calls(page, 'describe_role')).at(-1)).toMatchObject({ said: { what: 'notes', to: null } });
  });

  test('b29: a session name that STS would refuse is said and not sent', async ({ page }) => {
    await page.getByTestId('default-session-name').fill('{email}');
    await page.getByTestId('default-session-name').blur();
    await expect(page.getByText('The places to fill in are {user}, {account} and {role}.')).toBeVisible();
    expect(await calls(page, 'describe_role')).toEqual([]);
  });
});

test.describe('settings as a file', () => {
  test('are exported to where the person says', async ({ page }) => {
    await open(page);
    await settings(page, 'general');
    await page.getByTestId('settings-export').click();
    await expect(page.getByTestId('toast')).toContainText('/home/troy/Documents/hatrack-settings.json');
  });

  test('are taken over once what changes was seen', async ({ page }) => {
    await open(page);
    await settings(page, 'general');
    await page.getByTestId('settings-import').click();
    await expect(page.getByTestId('take-over-rows')).toContainText('acme production');
    expect(await calls(page, 'import_settings')).toEqual([{ file: 1, seen: null }]);
    await page.getByTestId('take-over-run').click();
    await expect(page.getByTestId('toast')).toContainText('Took over 3 changes');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('that say nothing new say so', async ({ page }) => {
    await open(page);
    await page.evaluate(() => (window.fake.world.catalogs.changes = []));
    await settings(page, 'general');
    await page.getByTestId('settings-import').click();
    await expect(page.getByTestId('take-over-dialog')).toContainText('Nothing changes');
    await expect(page.getByTestId('take-over-run')).toHaveCount(0);
  });
});
