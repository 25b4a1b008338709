/** Profiles written from a session's page: seen first, listed where they are in use, removed in Settings. */
import { expect, test } from '@playwright/test';
import { nav, open } from './page';

test('a profile is shown before it is written, and removed again', async ({ page }) => {
  await open(page);
  await nav(page, 'sessions');
  await page.getByTestId('write-profile').click();
  const dialog = page.getByTestId('profile-dialog');
  await expect(dialog.getByTestId('profile-diff')).toContainText('credential_process = ');
  await dialog.getByTestId('profile-name').fill('troy');
  await expect(dialog.getByTestId('profile-refused')).toContainText('choose another name');
  await expect(dialog.getByTestId('profile-confirm')).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByTestId('profile-name').fill('mine');
  await expect(dialog.getByTestId('profile-diff')).toContainText('[profile mine]');
  await dialog.getByRole('radio', { name: 'Keys' }).click();
  await expect(dialog.getByTestId('profile-diff')).toContainText('aws_secret_access_key = ***');
  await dialog.getByTestId('profile-confirm').click();
  await expect(dialog.getByTestId('profile-backups')).toContainText('hatrack-backup');
  await dialog.getByTestId('profile-close').click();

  const use = page.getByTestId('use-profile');
  await expect(use).toContainText('mine, with keys');
  await nav(page, 'settings');
  await page.getByTestId('settings-profiles').click();
  const row = page.getByTestId('written-profile');
  await expect(row).toContainText('Keys until');
  await row.getByTestId('remove-profile').click();
  await expect(row).toHaveCount(0);
});

test('keys in profiles are switched off, and those that were written go', async ({ page }) => {
  await open(page);
  await nav(page, 'sessions');
  await page.getByTestId('write-profile').click();
  const dialog = page.getByTestId('profile-dialog');
  await dialog.getByRole('radio', { name: 'Keys' }).click();
  await dialog.getByTestId('profile-confirm').click();
  await dialog.getByTestId('profile-close').click();
  await nav(page, 'settings');
  await page.getByTestId('settings-profiles').click();
  await expect(page.getByTestId('written-profile')).toHaveCount(1);
  await page.getByTestId('keys-in-profiles').click();
  await expect(page.getByTestId('written-profile')).toHaveCount(0);
});
