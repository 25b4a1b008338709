/** Looking for roles, from the question to what was found. */
import { expect, test, type Page } from '@playwright/test';
import { calls, open, roleRow } from './page';

const begin = async (page: Page) => {
  await page.getByTestId('find-roles-button').click();
  await expect(page.getByTestId('find-roles')).toBeVisible();
};

test('the policies are read, and what was found is told and listed', async ({ page }) => {
  const faults = await open(page);
  await begin(page);
  await page.getByTestId('find-run').click();
  await expect(page.getByTestId('found-summary')).toHaveText('1 role named by policies.');
  await expect(page.getByTestId('found-patterns')).toContainText('organization-roles allows roles named Org* in every account');
  expect(await calls(page, 'discover')).toEqual([
    { start: expect.any(String), policies: true, organization: false, role_names: [], mfa_code: null }
  ]);
  // Enter means Done now.
  await expect(page.getByTestId('find-done')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('find-roles')).toHaveCount(0);
  await page.getByTestId('role-filter').fill('FoundByPolicy');
  await expect(page.getByTestId('role-row')).toHaveCount(1);
  expect(faults).toEqual([]);
});

test('names are looked for in the organization, by keyboard alone', async ({ page }) => {
  await open(page);
  await page.getByTestId('find-roles-button').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('find-organization').focus();
  await page.keyboard.press('Space');
  await page.getByTestId('find-names').fill('Audit, {name}-Read');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found-summary')).toContainText('56 roles that may exist');
  const [request] = (await calls(page, 'discover')) as { organization: boolean; role_names: string[] }[];
  expect(request).toMatchObject({ organization: true, role_names: ['Audit', '{name}-Read'] });
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('find-roles')).toHaveCount(0);
});

test('a search is told of as it goes and can be stopped', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.discoveries.waits = true));
  await begin(page);
  await page.getByTestId('find-run').click();
  await expect(page.getByTestId('find-doing')).toContainText('Reading its own policies');
  await page.getByTestId('find-stop').click();
  await expect(page.getByTestId('find-run')).toBeFocused();
  expect(await calls(page, 'cancel_discovery')).toHaveLength(1);
  await expect(page.getByTestId('found')).toHaveCount(0);
});

test('a search that is stopped before it has begun does not go on', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.discoveries.slow = true));
  await begin(page);
  await page.getByTestId('find-run').click();
  await expect(page.getByTestId('find-doing')).toContainText('Getting credentials');
  await page.getByTestId('find-stop').click();
  await expect(page.getByTestId('find-run')).toBeFocused();
  await page.evaluate(() => window.fake.world.discoveries.goOn());
  // Once when it was stopped, and once when it began all the same.
  await expect.poll(async () => (await calls(page, 'cancel_discovery')).length).toBe(2);
  expect(await page.evaluate(() => window.fake.world.discoveries.views)).toEqual([]);
});

test('what could not be read is said with its request ID', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.discoveries.unread = true));
  await begin(page);
  await page.getByTestId('find-run').click();
  await expect(page.getByTestId('found-unread')).toContainText('ListGroupsForUser: AccessDenied');
  await expect(page.getByTestId('found-unread')).toContainText('request 6f0c2b1e');
});

test('a code is asked for where one is needed', async ({ page }) => {
  await open(page);
  await page.evaluate(() =>
    window.fake.world.discoveries.needs.push({ kind: 'mfa_code', serial: 'arn:aws:iam::183438944504:mfa/troy', role_arn: null, refused: null, shared: false })
  );
  await begin(page);
  await page.getByTestId('find-run').click();
  await expect(page.getByTestId('find-code')).toBeFocused();
  await page.keyboard.type('409173');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toBeVisible();
  expect(await calls(page, 'discover')).toHaveLength(2);
});

test('what was found is read daily on request, and forgotten', async ({ page }) => {
  await open(page);
  await begin(page);
  await page.getByTestId('find-run').click();
  await page.getByTestId('found-daily').check({ force: true });
  expect(await calls(page, 'set_discovery_daily')).toEqual([{ start: expect.any(String), on: true }]);
  await page.getByTestId('find-forget').click();
  await expect(page.getByTestId('found')).toHaveCount(0);
});

test('what is known of a role is in its detail, and a role that may not exist is marked', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { world } = window.fake;
    world.roles = world.roles.map((role) => ({
      ...role,
      kind: 'custom',
      found: { candidate: true, remarks: ['Your policy allows it only with an MFA code.'] },
      facts: {
        read_at: '2026-06-11T12:00:00Z', path: '/', description: '<b>x</b>', tags: [], maximum: 7200,
        trusts: ['account 183438944504, as its policies allow'], external_id: false, mfa: true, last_used: null,
        was_closed: 'its trust policy lets nobody in'
      }
    }));
    world.changed('catalog');
  });
  const row = roleRow(page, 'acme-prod/AWSIAMRoleForRDS').last();
  await row.click();
  await expect(row).toContainText('May exist');
  const facts = page.getByTestId('role-facts');
  await expect(facts).toContainText('account 183438944504, as its policies allow');
  await expect(facts).toContainText('2 h');
  await expect(facts).toContainText('<b>x</b>');
  await expect(page.getByTestId('was-closed')).toContainText('When this role was last read, its trust policy lets nobody in.');
  await expect(page.getByTestId('switch-button')).toBeEnabled();
});
