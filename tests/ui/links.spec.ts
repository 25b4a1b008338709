/** Links that name a role: pasted into the form, typed, and opened from outside. */
import { expect, test, type Page } from '@playwright/test';
import { CONSOLE_LINK, LINK, openLink } from './catalogViews';
import { calls, open } from './page';

/** As from the clipboard, wherever the focus is. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((t) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', t);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    (document.activeElement ?? document.body).dispatchEvent(event);
  }, text);
}

test.describe('pasted', () => {
  test('a console link fills the form in, and nothing is added before the person does', async ({ page }) => {
    await open(page, 'empty');
    await paste(page, CONSOLE_LINK);
    await expect(page.getByTestId('add-role-account')).toHaveValue('444455556666');
    await expect(page.getByTestId('add-role-role')).toHaveValue('arn:aws:iam::444455556666:role/team/Auditor');
    await expect(page.getByTestId('add-role-name')).toHaveValue('acme-audit');
    await expect(page.getByTestId('add-role-colour-orange')).toBeChecked();
    expect(await calls(page, 'add_role')).toEqual([]);
  });

  for (const [partition, host, name] of [
    ['aws-cn', 'signin.amazonaws.cn', 'AWS China'],
    ['aws-us-gov', 'signin.amazonaws-us-gov.com', 'AWS GovCloud (US)'],
    ['aws-eusc', 'signin.amazonaws-eusc.eu', 'AWS European Sovereign Cloud']
  ]) {
    test(`a link of ${partition} keeps its partition`, async ({ page }) => {
      await open(page);
      await page.getByTestId('add-role-button').click();
      await page.getByTestId('add-role-role').fill(`https://${host}/switchrole?account=123456789012&roleName=Auditor`);
      await page.getByTestId('add-role-role').blur();
      await expect(page.getByTestId('add-role-link')).toContainText(name ?? '');
      await page.getByTestId('add-role-submit').click();
      await expect.poll(() => calls(page, 'add_role')).toMatchObject([{ partition, account_id: '123456789012', role_name: 'Auditor' }]);
    });
  }

  test('one of ours brings its external ID', async ({ page }) => {
    await open(page);
    await page.getByTestId('add-role-button').click();
    await page.getByTestId('add-role-account').focus();
    await paste(page, LINK);
    await expect(page.getByTestId('add-role-external-id')).toHaveValue('stuzio-42');
    // The account has its own hat already.
    await expect(page.getByTestId('add-role-colour-amber')).toBeChecked();
    await page.getByTestId('add-role-submit').click();
    await expect.poll(() => calls(page, 'add_role')).toMatchObject([{ colour: null, recolour: false }]);
  });

  test('what is no link to a role is said, and the form stays as it was', async ({ page }) => {
    await open(page);
    await page.getByTestId('add-role-button').click();
    await page.getByTestId('add-role-account').fill('183438944504');
    await paste(page, 'https://example.com/switchrole?account=1&roleName=x');
    await expect(page.getByTestId('add-role-form').getByRole('alert')).toContainText('is no switch-role link');
    await expect(page.getByTestId('add-role-account')).toHaveValue('183438944504');
  });

  test('another field keeps what is pasted into it', async ({ page }) => {
    await open(page);
    await page.getByTestId('add-role-button').click();
    await page.getByTestId('role-filter').focus();
    await paste(page, LINK);
    expect(await calls(page, 'read_link')).toEqual([]);
  });
});

test.describe('opened from outside', () => {
  test('shows exactly what it names, and does nothing by itself', async ({ page }) => {
    await open(page);
    await openLink(page, LINK);
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Add this role?');
    const facts = page.getByTestId('link-facts');
    for (const fact of ['arn:aws-cn:iam::444455556666:role/audit/Auditor', 'AWS China', 'stuzio-42', 'Audit']) {
      await expect(facts).toContainText(fact);
    }
    await expect(facts).not.toContainText('teal');
    await expect(page.getByRole('dialog').locator('.edge-amber')).toHaveCount(1);
    await expect(page.getByTestId('link-cancel')).toBeFocused();
    // Enter on what has the focus gives it up.
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await calls(page, 'add_role')).toEqual([]);
    expect(await calls(page, 'switch_role')).toEqual([]);
  });

  test('is added, and shown in the list', async ({ page }) => {
    await open(page);
    await openLink(page, LINK);
    await page.getByTestId('link-add').click();
    await expect(page.getByTestId('role-detail')).toContainText('audit/Auditor');
    expect(await calls(page, 'add_role')).toMatchObject([
      { account_id: '444455556666', role_name: 'audit/Auditor', partition: 'aws-cn', external_id: 'stuzio-42', identity_profile: 'troy' }
    ]);
    expect(await calls(page, 'switch_role')).toEqual([]);
  });

  test('asks before it replaces a role that was added with other details', async ({ page }) => {
    await open(page);
    await openLink(page, LINK);
    await page.getByTestId('link-add').click();
    await expect(page.getByTestId('role-detail')).toContainText('audit/Auditor');
    await openLink(page, LINK.replace('stuzio-42', 'other-7'));
    await page.getByTestId('link-add').click();
    await expect(page.getByTestId('link-replaces')).toContainText('would be replaced');
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Replace your role?');
    await expect(page.getByTestId('link-add')).toHaveText('Replace role');
    await page.keyboard.press('Escape');
    expect((await calls(page, 'add_role')).map((r) => (r as { replace: boolean }).replace)).toEqual([false, false]);
    // Filled in by hand, the form asks the same.
    await page.getByTestId('add-role-button').click();
    await page.getByTestId('add-role-account').focus();
    await paste(page, LINK.replace('stuzio-42', 'other-7'));
    await page.getByTestId('add-role-submit').click();
    await expect(page.getByTestId('add-role-replaces')).toBeVisible();
    await page.getByTestId('add-role-external-id').fill('other-8');
    await expect(page.getByTestId('add-role-replaces')).toHaveCount(0);
    await page.getByTestId('add-role-submit').click();
    await expect(page.getByTestId('add-role-submit')).toContainText('Replace role');
    await page.getByTestId('add-role-submit').click();
    await expect(page.getByTestId('role-detail')).toContainText('audit/Auditor');
    expect((await calls(page, 'add_role')).at(-1)).toMatchObject({ external_id: 'other-8', replace: true });
  });

  test('is added and switched to', async ({ page }) => {
    await open(page, 'quiet');
    await openLink(page, LINK);
    await page.getByTestId('link-switch').click();
    await expect(page.getByTestId('session-countdown')).toBeVisible();
    expect(await calls(page, 'add_role')).toHaveLength(1);
  });

  test('a role that is listed already is not added again', async ({ page }) => {
    await open(page);
    await openLink(page, 'hatrack://switch?account=183438944504&role=OrganizationAccountAccessRole');
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Switch to this role?');
    await expect(page.getByRole('dialog')).toContainText('in your list already, from ~/.aws/config');
    await page.getByTestId('link-switch').click();
    await expect(page.getByTestId('mfa-code')).toBeFocused();
    expect(await calls(page, 'add_role')).toEqual([]);
  });

  test('one that cannot be used says why, and offers nothing', async ({ page }) => {
    await open(page);
    await openLink(page, 'hatrack://delete?account=1&role=<img src=x onerror=alert(1)>');
    await expect(page.getByTestId('link-error')).toBeVisible();
    await expect(page.getByTestId('link-switch')).toHaveCount(0);
    await expect(page.getByRole('dialog').locator('img')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('a second one waits for the first, and the same twice is one question', async ({ page }) => {
    await open(page);
    const other = 'hatrack://switch?account=111122223333&role=Second';
    for (const link of [LINK, other, LINK]) await openLink(page, link);
    await expect(page.getByTestId('link-facts')).toContainText('Auditor');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('link-facts').last()).toContainText('Second');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('a refusal to add it stays in the dialog', async ({ page }) => {
    await open(page);
    await page.evaluate(() => {
      window.fake.world.commands.add_role = () => {
        throw new Error('The settings could not be written. Check the free space.');
      };
    });
    await openLink(page, LINK);
    await page.getByTestId('link-add').click();
    await expect(page.getByTestId('link-error')).toContainText('free space');
    await expect(page.getByTestId('link-facts')).toBeVisible();
  });
});
