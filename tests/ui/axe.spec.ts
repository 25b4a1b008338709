/** Every view in both themes against axe's rules for WCAG A and AA. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { catalogViews } from './catalogViews';
import { doctorViews } from './doctorViews';
import { finding } from './finding';
import { historyViews } from './historyViews';
import { bucketRow, nav, objectRow, open, roleRow, type World } from './page';
import { objectViews } from './objectViews';
import { revokes } from './revokes';
import { waysOut } from './waysOut';

const views: Record<string, { world?: World; act: (page: Page) => Promise<unknown> }> = {
  roles: { act: (page) => roleRow(page, 'acme-prod/AWSIAMRoleForRDS').last().click() },
  'roles, problems': { world: 'problems', act: (page) => page.getByTestId('role-tree').focus() },
  'roles, denied': {
    act: async (page) => {
      await roleRow(page, 'acme-prod/readonly-asi-production-bucket').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('mfa-code').fill('409173');
      await page.getByTestId('denial').waitFor();
    }
  },
  'switch menu': { act: (page) => page.getByTestId('switch-menu').click() },
  'region list': { act: (page) => page.getByTestId('region').click() },
  session: { act: (page) => page.locator('[data-session="s-prod"]').first().click() },
  'session, red': { act: (page) => page.locator('[data-session="s-dev"]').first().click() },
  buckets: {
    act: async (page) => {
      await nav(page, 'buckets');
      await bucketRow(page, 'com.stuzio.project-x').click();
      await objectRow(page, 'README.md').click();
      await page.clock.runFor(500);
      await page.getByTestId('download-button').click();
      await page.getByTestId('preview-text').waitFor();
    }
  },
  history: {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-row').first().click();
    }
  },
  mfa: {
    act: async (page) => {
      await roleRow(page, 'acme-prod/OrganizationAccountAccessRole').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('mfa-code').fill('111111');
      await page.getByRole('alert').waitFor();
    }
  },
  'sign in': {
    world: 'portals',
    act: async (page) => {
      await roleRow(page, 'acme:acme-prod/AuditorAccess').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('sign-in-browser').waitFor();
    }
  },
  'sign in, browser': {
    world: 'portals',
    act: async (page) => {
      await roleRow(page, 'acme:acme-prod/AuditorAccess').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('sign-in-browser').click();
      await page.getByTestId('sign-in-open').waitFor();
    }
  },
  'sign in, code': {
    world: 'portals',
    act: async (page) => {
      await roleRow(page, 'acme:acme-prod/AuditorAccess').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('sign-in-code').click();
      await page.getByTestId('sign-in-user-code').waitFor();
    }
  },
  'sign in, consent': {
    world: 'portals',
    act: async (page) => {
      await roleRow(page, 'lab:acme-staging/LabAccess').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('sign-in-browser').click();
      await page.getByTestId('consent-button').waitFor();
    }
  },
  'command consent': {
    world: 'portals',
    act: async (page) => {
      await roleRow(page, 'acme-prod/VendorAccess').click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('command-consent').waitFor();
    }
  },
  'settings, sources': {
    world: 'portals',
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-sources').click();
      await page.getByTestId('portal-row').first().getByRole('button').first().waitFor();
    }
  },
  'sign out': {
    world: 'portals',
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-sources').click();
      await page.getByTestId('portal-sign-out').first().click();
      await page.getByTestId('sign-out-dialog').waitFor();
    }
  },
  'identity menu': { world: 'portals', act: (page) => page.getByTestId('identity-menu').click() },
  'first run': { world: 'empty', act: (page) => page.getByTestId('add-role-more').click() },
  'add role': {
    act: async (page) => {
      await page.getByTestId('add-role-button').click();
      await page.getByTestId('add-role-account').fill('1');
      await page.getByTestId('add-role-role').focus();
    }
  },
  settings: { act: (page) => nav(page, 'settings') },
  'settings, accounts': {
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-accounts').click();
    }
  },
  'settings, about': {
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-about').click();
    }
  },
  quit: { act: (page) => page.evaluate(() => window.fake.emit('quit_asked', {})) },
  keys: { act: (page) => page.keyboard.press('?') },
  'no session': { world: 'quiet', act: (page) => nav(page, 'sessions') },
  ...doctorViews,
  ...historyViews,
  ...objectViews,
  ...catalogViews,
  ...finding,
  ...revokes,
  ...waysOut
};

for (const theme of ['light', 'dark'] as const) {
  for (const [name, { world, act }] of Object.entries(views)) {
    test(`${name}, ${theme}`, async ({ page }) => {
      // Colours that are still on their way would be measured on a machine that draws late.
      await page.addInitScript(() => {
        const still = new CSSStyleSheet();
        still.replaceSync('*, *::before, *::after { transition: none !important; }');
        document.adoptedStyleSheets = [still];
      });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, world, theme);
      await act(page);
      await page.clock.runFor(400);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 4).join(' | ')}`)).toEqual([]);
    });
  }
}
