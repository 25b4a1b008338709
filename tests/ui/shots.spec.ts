/** Pictures of every view in both themes, written to shots/ to be looked at. Run by `npm run shots`. */
import { test, type Page } from '@playwright/test';
import { catalogViews } from './catalogViews';
import { doctorViews } from './doctorViews';
import { finding } from './finding';
import { historyViews } from './historyViews';
import { inUse } from './inUse';
import { nav, open, type World } from './page';
import { objectViews } from './objectViews';
import { revokes } from './revokes';
import { waysOut } from './waysOut';

interface Shot {
  world?: World;
  width?: number;
  height?: number;
  act: (page: Page) => Promise<unknown>;
}

const role = (page: Page, key: string) => page.locator(`[data-testid="role-row"][data-key="${key}"]`).last().click();
const session = (page: Page, id: string) => page.locator(`[data-session="${id}"]`).first().click();

async function exports(page: Page): Promise<void> {
  await session(page, 's-prod');
  await page.getByTestId('browse-s3').click();
  await page.locator('[data-testid="bucket-row"][data-name="com.stuzio.project-x"]').click();
  await page.locator('[data-key="exports/"]').click();
  await page.locator('[data-key="exports/2026-06/"]').click();
}

async function compareHere(page: Page): Promise<void> {
  await exports(page);
  await page.getByTestId('more-here').click();
  await page.getByTestId('menu-sync').click();
  await page.getByTestId('sync-dialog').waitFor();
}

async function downloads(page: Page): Promise<void> {
  await exports(page);
  for (const name of ['asi-events-2026-06-10.parquet', 'customers-delta-2026-06-10.csv.gz', 'invoices-0610.zip']) {
    await page.locator(`[data-key="exports/2026-06/${name}"]`).click();
    await page.getByTestId('download-button').click();
  }
  await page.evaluate(() => {
    window.fake.world.progress('t-1', { done: 1.14e9, rate: 48.2e6, seconds_to_go: 15 });
    window.fake.world.progress('t-2', { done: 214e6, state: { kind: 'done', note: null }, target: '/home/troy/Downloads/customers-delta-2026-06-10.csv.gz' });
    window.fake.world.progress('t-3', { state: { kind: 'failed', message: 'The connection broke off. Start it again.', resumable: true } });
  });
  await page.locator('[data-key="exports/2026-06/schema-v14.json"]').click();
}

async function mfa(page: Page): Promise<void> {
  await role(page, 'acme-prod/OrganizationAccountAccessRole');
  await page.getByTestId('switch-button').click();
  await page.getByTestId('mfa-code').fill('409');
}

async function signIn(page: Page): Promise<void> {
  await role(page, 'acme:acme-prod/AuditorAccess');
  await page.getByTestId('switch-button').click();
}

const shots: Record<string, Shot> = {
  roles: { act: (page) => role(page, 'acme-prod/AWSIAMRoleForRDS') },
  'roles-menu': {
    act: async (page) => {
      await role(page, 'stuzio-projectx/ProjectXBucketAdmin');
      await page.getByTestId('switch-menu').click();
    }
  },
  'roles-denied': {
    act: async (page) => {
      await role(page, 'acme-prod/readonly-asi-production-bucket');
      await page.getByTestId('switch-button').click();
      await page.getByTestId('mfa-code').fill('409173');
      await page.getByTestId('denial').waitFor();
    }
  },
  'roles-problems': { world: 'problems', act: (page) => page.getByTestId('role-tree').focus() },
  'roles-many': { world: 'many', act: (page) => page.getByTestId('role-tree').evaluate((e) => (e.scrollTop = 5000)) },
  'roles-narrow': { width: 900, height: 600, act: (page) => page.getByTestId('role-tree').focus() },
  'roles-hostile': { world: 'hostile', act: (page) => page.getByTestId('role-tree').focus() },
  session: { act: (page) => session(page, 's-prod') },
  'session-in-use': { height: 900, act: inUse },
  'session-switched-back': {
    act: async (page) => {
      await inUse(page);
      await page.getByTestId('switch-back').click();
      await page.getByTestId('undo').waitFor();
    }
  },
  'session-warn': { act: (page) => session(page, 's-staging') },
  'session-crit': {
    act: async (page) => {
      await session(page, 's-dev');
      await page.getByTestId('copy-env').click();
    }
  },
  buckets: { act: downloads },
  'buckets-denied': {
    act: async (page) => {
      await page.evaluate(() => (window.fake.world.denyBuckets = true));
      await nav(page, 'buckets');
      await page.getByTestId('bucket-name-input').fill('acme-rds-snapshots');
      await page.keyboard.press('Enter');
    }
  },
  'buckets-sync': { act: compareHere },
  'buckets-sync-plan': {
    height: 900,
    act: async (page) => {
      await compareHere(page);
      await page.getByTestId('sync-folder').click();
      await page.getByTestId('sync-compare').click();
      await page.getByTestId('sync-changed').click();
      await page.locator('label', { has: page.getByTestId('sync-delete') }).click();
    }
  },
  history: { act: (page) => nav(page, 'history') },
  'history-narrow': { width: 900, height: 600, act: (page) => nav(page, 'history') },
  'session-narrow': { width: 900, height: 600, act: (page) => session(page, 's-prod') },
  'buckets-narrow': { width: 900, height: 600, act: exports },
  'session-ended': {
    act: async (page) => {
      await session(page, 's-dev');
      await page.clock.runFor(249_000);
    }
  },
  mfa: { act: mfa },
  'mfa-refused': {
    act: async (page) => {
      await mfa(page);
      await page.getByTestId('mfa-code').fill('111111');
    }
  },
  empty: { world: 'empty', act: (page) => page.getByTestId('add-role-account').fill('183438944504') },
  'add-role': {
    act: async (page) => {
      await page.getByTestId('add-role-button').click();
      await page.getByTestId('add-role-more').click();
      await page.getByTestId('add-role-account').fill('18343894450');
      await page.getByTestId('add-role-role').fill('ReadOnly');
    }
  },
  settings: { act: (page) => nav(page, 'settings') },
  'settings-accounts': {
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-accounts').click();
    }
  },
  'settings-sources': {
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-sources').click();
    }
  },
  'settings-portals': {
    world: 'portals',
    height: 900,
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-sources').click();
      await page.evaluate(() => window.fake.world.commands.list_portal({ portal: 'stuzio-sso' }));
    }
  },
  'sign-in': { world: 'portals', act: (page) => signIn(page) },
  'sign-in-browser': {
    world: 'portals',
    act: async (page) => {
      await signIn(page);
      await page.getByTestId('sign-in-browser').click();
      await page.clock.runFor(28_000);
    }
  },
  'sign-in-code': {
    world: 'portals',
    act: async (page) => {
      await signIn(page);
      await page.getByTestId('sign-in-code').click();
    }
  },
  'sign-in-failed': {
    world: 'portals',
    act: async (page) => {
      await signIn(page);
      await page.getByTestId('sign-in-browser').click();
      await page.getByTestId('sign-in-open').waitFor();
      await page.evaluate(() => window.fake.world.portals.deny('acme'));
    }
  },
  'sign-in-consent': {
    world: 'portals',
    act: async (page) => {
      await role(page, 'lab:acme-staging/LabAccess');
      await page.getByTestId('switch-button').click();
      await page.getByTestId('sign-in-browser').click();
    }
  },
  'sign-out': {
    world: 'portals',
    act: async (page) => {
      await nav(page, 'settings');
      await page.getByTestId('settings-sources').click();
      await page.getByTestId('portal-sign-out').first().click();
    }
  },
  'command-consent': {
    world: 'portals',
    act: async (page) => {
      await role(page, 'acme-prod/VendorAccess');
      await page.getByTestId('switch-button').click();
    }
  },
  'roles-sign-in': {
    world: 'portals',
    act: async (page) => {
      await role(page, 'stuzio-projectx/BillingAccess');
      await page.getByTestId('identity-menu').click();
    }
  },
  quit: { act: (page) => page.evaluate(() => window.fake.emit('quit_asked', {})) },
  keys: { act: (page) => page.keyboard.press('?') },
  'no-session': { world: 'quiet', act: (page) => nav(page, 'sessions') },
  ...doctorViews,
  ...historyViews,
  ...objectViews,
  ...catalogViews,
  ...Object.fromEntries(Object.entries(finding).map(([name, shot]) => [name.replace(', ', '-').replaceAll(' ', '-'), shot])),
  ...revokes,
  ...waysOut
};

for (const theme of ['light', 'dark'] as const) {
  for (const [name, { world, width = 1180, height = 760, act }] of Object.entries(shots)) {
    test(`${name} ${theme} @shots`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await open(page, world, theme);
      await act(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `shots/${name}-${theme}.png` });
    });
  }
}
