/** Long-term access keys in Settings: their age, into the vault, out of the file, rotated. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { calls, nav, open, type World } from './page';

const row = (page: Page, profile: string) => page.locator(`[data-testid="key-row"][data-profile="${profile}"]`);

async function openKeys(page: Page, world: World = 'spec', theme: 'light' | 'dark' = 'light'): Promise<string[]> {
  const faults = await open(page, world, theme);
  await nav(page, 'settings');
  await page.getByTestId('settings-keys').click();
  await page.getByTestId('keys-again').waitFor();
  return faults;
}

test('keys are listed at once, and with their age once AWS has told it', async ({ page }) => {
  await openKeys(page);
  await expect(row(page, 'troy')).toContainText('411 days old');
  await expect(row(page, 'troy')).toContainText('Over 90 days');
  await expect(row(page, 'records-keeper')).not.toContainText('Over 90 days');
  await expect(row(page, 'data-analyst')).toContainText('iam:ListAccessKeys');
  expect(await calls(page, 'access_keys')).toEqual([{ ask_aws: false }, { ask_aws: true }]);
});

test('a key goes into the vault, and out of its file once the change was seen', async ({ page }) => {
  await openKeys(page);
  await row(page, 'troy').getByTestId('key-import').click();
  const diff = page.getByTestId('removal-diff');
  await expect(diff).toContainText('aws_secret_access_key = ***');
  await expect(diff).toContainText('credential-process --raw troy');
  expect(await calls(page, 'remove_key_from_file')).toEqual([]);
  await page.getByTestId('removal-confirm').click();
  await expect(page.getByTestId('removal-done')).toContainText('hatrack-backup');
  await page.keyboard.press('Escape');
  await expect(row(page, 'troy')).toContainText('In the vault');
  await row(page, 'troy').getByTestId('key-restore').click();
  await expect(row(page, 'troy')).toContainText('In the file');
});

test('keeping the file leaves the key in both places', async ({ page }) => {
  await openKeys(page);
  await row(page, 'troy').getByTestId('key-import').press('Enter');
  await page.getByTestId('removal-dialog').waitFor();
  await page.keyboard.press('Escape');
  await expect(row(page, 'troy')).toContainText('In the vault and the file');
  expect(await calls(page, 'remove_key_from_file')).toEqual([]);
});

test('a rotation tells how far it is, and goes on where the dialog is closed', async ({ page }) => {
  await openKeys(page);
  await page.evaluate(() => {
    window.fake.world.keys.rotated = new Promise((done) => Object.assign(window, { rotated: done }));
  });
  await row(page, 'troy').getByTestId('key-rotate').click();
  await page.getByTestId('rotate-confirm').click();
  await expect(page.getByTestId('rotate-stage')).toContainText('Waiting until the new key works');
  await page.keyboard.press('Escape');
  await expect(row(page, 'troy').getByRole('status')).toContainText('Waiting until the new key works');
  await page.evaluate(() => (window as unknown as { rotated: () => void }).rotated());
  await expect(row(page, 'troy')).toContainText('0 days old');
  await expect(row(page, 'troy')).not.toContainText('Over 90 days');
});

test('a policy that wants a code has it asked for', async ({ page }) => {
  await openKeys(page);
  await row(page, 'records-keeper').getByTestId('key-rotate').click();
  await page.getByTestId('rotate-confirm').click();
  await expect(page.getByTestId('rotate-code')).toBeFocused();
  await expect(page.getByTestId('rotate-confirm')).toBeDisabled();
  await page.getByTestId('rotate-code').fill('111 111');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('rotate-error')).toContainText('refused');
  await page.getByTestId('rotate-code').fill('409173');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('rotate-dialog')).toHaveCount(0);
});

test('what fails is told, and what was cut off can be finished', async ({ page }) => {
  await openKeys(page);
  await page.evaluate(() => (window.fake.world.keys.refuses = 'AWS does not take the new key yet. The old key is in use as before.'));
  await row(page, 'troy').getByTestId('key-rotate').click();
  await page.getByTestId('rotate-confirm').click();
  await expect(page.getByTestId('rotate-error')).toContainText('in use as before');
  await page.keyboard.press('Escape');
  await expect(row(page, 'troy').getByTestId('key-unfinished')).toBeVisible();
  await expect(row(page, 'troy').getByTestId('key-rotate')).toContainText('Finish rotating');
});

test('a rotation that cannot be finished is given up, and what is left is named', async ({ page }) => {
  await openKeys(page, 'problems');
  await row(page, 'troy').getByTestId('key-rotate').click();
  await page.getByTestId('rotate-give-up').click();
  await expect(page.getByTestId('rotate-given-up')).toContainText('…N3WW is left at AWS');
  expect(await calls(page, 'give_up_rotation')).toEqual([{ profile: 'troy' }]);
  await expect(page.getByTestId('rotate-close')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('rotate-dialog')).toHaveCount(0);
  await expect(row(page, 'troy').getByTestId('key-unfinished')).toHaveCount(0);
});

for (const refuses of [null, 'AWS does not take the new key yet.']) {
  test(`a rotation that ${refuses ? 'fails' : 'ends'} leaves the dialog that was opened meanwhile`, async ({ page }) => {
    await openKeys(page);
    await page.evaluate((refuses) => {
      window.fake.world.keys.refuses = refuses;
      window.fake.world.keys.rotated = new Promise((done) => Object.assign(window, { rotated: done }));
    }, refuses);
    await row(page, 'troy').getByTestId('key-rotate').click();
    await page.getByTestId('rotate-confirm').click();
    await page.getByTestId('rotate-stage').waitFor();
    await page.keyboard.press('Escape');
    await row(page, 'data-analyst').getByTestId('key-rotate').click();
    await page.evaluate(() => (window as unknown as { rotated: () => void }).rotated());
    if (refuses) await expect(row(page, 'troy').getByTestId('key-error')).toContainText(refuses);
    else await expect(page.getByText('The key …N3WW is in use')).toBeVisible();
    await expect(page.getByTestId('rotate-dialog')).toContainText('data-analyst');
  });
}

test('ages that AWS tells late are shown, and what changed meanwhile stays', async ({ page }) => {
  await openKeys(page);
  await expect(row(page, 'troy')).toContainText('411 days old');
  await page.evaluate(() => {
    window.fake.world.keys.aged = new Promise((done) => Object.assign(window, { aged: done }));
    window.fake.world.keys.patch('troy', { id_ends: 'ZZZZ', age_days: 3 });
  });
  await page.getByTestId('keys-again').click();
  await expect(row(page, 'troy')).toContainText('Asking AWS for its age');
  await page.evaluate(() => window.fake.world.keys.patch('troy', { standing: 'both' }));
  await expect(row(page, 'troy')).toContainText('In the vault and the file');
  await expect(row(page, 'troy')).toContainText('Asking AWS for its age');
  await page.evaluate(() => (window as unknown as { aged: () => void }).aged());
  await expect(row(page, 'troy')).toContainText('3 days old');
  await expect(row(page, 'troy')).toContainText('In the vault and the file');
});

test('a hostile name is text', async ({ page }) => {
  const faults = await openKeys(page, 'hostile');
  await expect(page.getByTestId('key-row')).toContainText('<img src=x');
  await page.getByTestId('key-rotate').click();
  await page.getByTestId('rotate-dialog').waitFor();
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  expect(faults).toEqual([]);
});

const views: Record<string, (page: Page) => Promise<unknown>> = {
  'access-keys': (page) => row(page, 'troy').waitFor(),
  'access-keys-removal': async (page) => {
    await row(page, 'troy').getByTestId('key-import').click();
    await page.getByTestId('removal-confirm').click();
    await page.getByTestId('removal-done').waitFor();
  },
  'access-keys-rotate': async (page) => {
    await row(page, 'records-keeper').getByTestId('key-rotate').click();
    await page.getByTestId('rotate-confirm').click();
    await page.getByTestId('rotate-code').fill('111111');
    await page.keyboard.press('Enter');
    await page.getByTestId('rotate-error').waitFor();
  }
};

for (const theme of ['light', 'dark'] as const) {
  for (const [name, act] of Object.entries(views)) {
    test(`${name} ${theme} breaks no rule of axe`, async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await openKeys(page, 'problems', theme);
      await act(page);
      await page.clock.runFor(400);
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
      expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
    });
    test(`${name} ${theme} @shots`, async ({ page }) => {
      await openKeys(page, 'problems', theme);
      await act(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `shots/${name}-${theme}.png` });
    });
  }
}
