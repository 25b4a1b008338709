/** Views of terminals, browsers and console pages, for the pictures and for axe. */
import type { Page } from '@playwright/test';
import { settings } from './catalogViews';
import { nav, type World } from './page';

interface View {
  world?: World;
  height?: number;
  act: (page: Page) => Promise<unknown>;
}

export async function consoleDialog(page: Page, text = ''): Promise<void> {
  await nav(page, 'sessions');
  await page.getByTestId('console-menu').click();
  await page.getByTestId('menu-console-page').click();
  await page.getByTestId('console-page').first().waitFor();
  await page.getByTestId('console-search').fill(text);
}

export const waysOut: Record<string, View> = {
  'settings-shells': { height: 900, act: (page) => settings(page, 'shells') },
  'settings-shells-own': {
    height: 900,
    act: async (page) => {
      await settings(page, 'shells');
      await page.getByTestId('terminal-choice').click();
      await page.getByRole('option', { name: 'A command of your own' }).click();
      await page.getByTestId('terminal-template').fill('lxterminal');
      await page.getByTestId('terminal-use').click();
      await page.getByTestId('terminal-choice-error').waitFor();
    }
  },
  'settings-browsers': { height: 900, act: (page) => settings(page, 'browsers') },
  'console-menu': {
    act: async (page) => {
      await nav(page, 'sessions');
      await page.getByTestId('console-menu').click();
    }
  },
  'console-page': { act: (page) => consoleDialog(page, 'cloud') },
  'console-address': { act: (page) => consoleDialog(page, 'https://eu-west-1.console.aws.amazon.com/s3/buckets') },
  'terminal-failed': {
    height: 900,
    act: async (page) => {
      await page.evaluate(() => (window.fake.world.terminals.settings.system = null));
      await nav(page, 'sessions');
      await page.getByTestId('open-terminal').click();
      await page.getByTestId('terminal-failed').waitFor();
    }
  }
};
