/** Terminals, browsers and pages of the console. */
import { expect, test } from '@playwright/test';
import { settings } from './catalogViews';
import { calls, nav, open } from './page';
import { consoleDialog } from './waysOut';

test('a terminal opens by its key, and is told where it does not', async ({ page }) => {
  await open(page);
  await nav(page, 'sessions');
  await page.keyboard.press('t');
  await expect.poll(() => calls(page, 'open_terminal')).toHaveLength(1);
  await expect(page.getByTestId('toast')).toContainText('The terminal is open');

  await page.evaluate(() => (window.fake.world.terminals.settings.system = null));
  await page.getByTestId('open-terminal').click();
  const failed = page.getByTestId('terminal-failed');
  await expect(failed).toContainText('no terminal was found');
  await failed.getByTestId('copy-terminal-command').click();
  await expect.poll(() => calls(page, 'copy_text')).toEqual([{ text: 'hat exec acme-prod/Reader -- /bin/zsh' }]);
  await expect(failed).toHaveCount(0);
});

test('no act of a session loses its name, whatever the width and the font', async ({ page }) => {
  await open(page);
  await nav(page, 'sessions');
  const lost = () =>
    page.locator('.acts .act > span:first-of-type').evaluateAll((names) => {
      const hidden = (name: Element) => {
        const [inner, outer] = [name, name.closest('button') ?? name].map((e) => e.getBoundingClientRect());
        if (!inner || !outer) return true;
        const cut = name.scrollWidth > Math.ceil(inner.width) || outer.right > (name.closest('.acts')?.getBoundingClientRect().right ?? 0) + 1;
        return cut || inner.width === 0 || inner.top < outer.top || inner.bottom > outer.bottom || inner.left < outer.left || inner.right > outer.right;
      };
      return names.length < 4 ? ['too few'] : names.filter(hidden).map((name) => name.textContent);
    });
  for (const width of [1400, 1180, 1120, 1040, 900]) {
    for (const size of ['13px', '15px', '18px']) {
      await page.setViewportSize({ width, height: 760 });
      await page.evaluate((size) => document.documentElement.style.setProperty('--fs-13', size), size);
      await expect.poll(lost, `${size} at ${width}`).toEqual([]);
    }
  }
});

test('a terminal is chosen from those that are found, or by a command', async ({ page }) => {
  await open(page);
  await settings(page, 'shells');
  const choice = page.getByTestId('terminal-choice');
  await expect(choice).toContainText('System GNOME Terminal');
  await choice.click();
  await page.getByRole('option', { name: 'kitty' }).click();
  await expect(choice).toContainText('kitty');
  await choice.click();
  await page.getByRole('option', { name: 'A command of your own' }).click();
  await page.getByTestId('terminal-template').fill('lxterminal');
  await page.getByTestId('terminal-template').press('Enter');
  await expect(page.getByTestId('terminal-choice-error')).toContainText('write {command} there');
  await page.getByTestId('terminal-template').fill('lxterminal --command={command}');
  await page.evaluate(() => (window.fake.world.terminals.agrees = false));
  await page.getByTestId('terminal-use').click();
  await expect.poll(() => calls(page, 'set_terminal')).toHaveLength(3);
  expect(await page.evaluate(() => window.fake.world.terminals.settings.choice.kind)).toBe('known');
  await page.evaluate(() => (window.fake.world.terminals.agrees = true));
  await page.getByTestId('terminal-use').click();
  await expect(page.getByTestId('toast')).toContainText('by your command');
  await nav(page, 'roles');
  await nav(page, 'settings');
  await expect(page.getByTestId('terminal-template')).toHaveValue('lxterminal --command={command}');
});

test('the lines for prompts and completions are copied', async ({ page }) => {
  await open(page);
  await settings(page, 'shells');
  await page.getByRole('button', { name: 'Copy the prompt line for zsh' }).click();
  await page.getByRole('button', { name: 'Copy the completions line for fish' }).click();
  await expect
    .poll(() => calls(page, 'copy_text'))
    .toEqual([{ text: 'eval "$(hat prompt --shell zsh)"' }, { text: 'hat completions fish | source' }]);
  await expect(page.locator('[data-testid="completion-line"][data-shell="starship"]')).toHaveCount(0);
});

test('a browser is chosen, and an account has a part of it by a name of its own', async ({ page }) => {
  await open(page);
  await settings(page, 'browsers');
  await page.getByTestId('browser-choice').click();
  await page.getByRole('option', { name: 'Chromium' }).click();
  await expect(page.getByTestId('browser-choice')).toContainText('Chromium');
  await page.getByTestId('browser-separate').click();
  await expect(page.getByTestId('browser-separate')).toHaveAttribute('aria-checked', 'true');
  await page.getByTestId('browser-log-out').click();
  const part = page.getByTestId('browser-part-name').first();
  await expect(part).toHaveAttribute('placeholder', /^Hatrack \d{12}$/);
  await part.fill('Work');
  await part.press('Enter');
  await expect.poll(() => page.evaluate(() => window.fake.world.terminals.browsers.parts.map((p) => p.name))).toEqual(['Work']);
  await part.fill('../x');
  await part.press('Enter');
  await expect(page.getByTestId('browser-error')).toContainText('cannot name a part');
  expect(await page.evaluate(() => window.fake.world.terminals.browsers)).toMatchObject({ browser: 'chromium', separate: true, log_out_first: true });
});

test('a page of the console is found by typing, and opened in another browser for this once', async ({ page }) => {
  await open(page);
  await consoleDialog(page, 'logs');
  const rows = page.getByTestId('console-page');
  await expect(rows.first()).toContainText('CloudWatch Logs');
  await page.getByTestId('console-search').fill('cloud');
  await expect(rows.first()).toHaveAttribute('data-page', 'cloudformation');
  await page.getByTestId('console-search').press('ArrowDown');
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.getByTestId('console-browser').click();
  await page.getByRole('option', { name: 'Chromium' }).click();
  await page.getByTestId('console-go').click();
  await expect(page.getByTestId('console-dialog')).toHaveCount(0);
  expect(await calls(page, 'open_console')).toMatchObject([{ page: { kind: 'service', name: 'cloudfront' }, browser: 'chromium' }]);

  await consoleDialog(page, 'https://console.aws.amazon.com/x');
  await page.getByTestId('console-search').press('Enter');
  await expect(page.getByTestId('console-dialog')).toHaveCount(0);
  expect((await calls(page, 'open_console')).at(-1)).toMatchObject({
    page: { kind: 'url', url: 'https://console.aws.amazon.com/x' },
    browser: null
  });
});

test('what the console refuses is said where it was asked', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    window.fake.world.commands.open_console = () => {
      throw Object.assign(new Error('"https://evil.example" is no page of this partition’s console'), { code: null });
    };
  });
  await consoleDialog(page, 'https://evil.example');
  await page.getByTestId('console-search').press('Enter');
  await expect(page.getByTestId('console-error')).toContainText('is no page of this partition');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('console-dialog')).toHaveCount(0);
});
