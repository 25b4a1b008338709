/** Views of links, imports, teams, notes and devices, for the pictures and for axe. */
import type { Page } from '@playwright/test';
import { nav, roleRow, type World } from './page';

interface View {
  world?: World;
  height?: number;
  act: (page: Page) => Promise<unknown>;
}

export const LINK = 'hatrack://switch?account=444455556666&role=audit%2FAuditor&partition=aws-cn&name=Audit&colour=teal&external_id=stuzio-42';
export const CONSOLE_LINK =
  'https://eu-west-1.signin.aws.amazon.com/switchrole?account=444455556666&roleName=team%2FAuditor&displayName=acme-audit&color=F2B0A9';

export async function settings(page: Page, which: string): Promise<void> {
  await nav(page, 'settings');
  await page.getByTestId(`settings-${which}`).click();
}

/** Hands a link over as the desktop does. */
export const openLink = (page: Page, link: string) => page.evaluate((l) => window.fake.emit('link_opened', { link: l }), link);

async function importing(page: Page): Promise<void> {
  await settings(page, 'sources');
  await page.getByTestId('import-open').click();
}

async function preview(page: Page): Promise<void> {
  await importing(page);
  await page.getByTestId('import-choose').click();
  await page.getByTestId('import-rows').waitFor();
}

export const catalogViews: Record<string, View> = {
  'find-roles': {
    height: 900,
    act: async (page) => {
      await page.evaluate(() => (window.fake.world.discoveries.unread = true));
      await page.getByTestId('find-roles-button').click();
      await page.getByTestId('find-organization').check({ force: true });
      await page.getByTestId('find-run').click();
      await page.getByTestId('found').waitFor();
    }
  },
  'role-facts': {
    height: 1000,
    act: async (page) => {
      await page.evaluate(() => {
        const { world } = window.fake;
        world.roles = world.roles.map((role) => ({
          ...role,
          kind: 'custom',
          found: { candidate: true, remarks: ['Your policy allows it only with an MFA code.'] },
          facts: {
            read_at: '2026-06-11T12:00:00Z', path: '/team/', description: 'Reads the drawings', tags: [{ key: 'team', value: 'blue' }], maximum: 7200,
            trusts: ['account 183438944504, as its policies allow'], external_id: true, mfa: true, last_used: null, was_closed: null
          }
        }));
        world.changed('catalog');
      });
      await roleRow(page, 'acme-prod/AWSIAMRoleForRDS').last().click();
      await page.getByTestId('role-facts').scrollIntoViewIfNeeded();
    }
  },
  'link-opened': {
    act: async (page) => {
      await openLink(page, LINK);
      await page.getByTestId('link-facts').waitFor();
    }
  },
  'link-listed': {
    act: async (page) => {
      await openLink(page, 'hatrack://switch?account=183438944504&role=OrganizationAccountAccessRole');
      await page.getByTestId('link-facts').waitFor();
    }
  },
  'link-unusable': {
    act: async (page) => {
      await openLink(page, 'hatrack://delete?account=444455556666&role=Auditor');
      await page.getByTestId('link-error').waitFor();
    }
  },
  'add-role-link': {
    act: async (page) => {
      await page.getByTestId('add-role-button').click();
      await page.getByTestId('add-role-role').fill(CONSOLE_LINK);
      await page.getByTestId('add-role-role').blur();
      await page.getByTestId('add-role-link').waitFor();
    }
  },
  import: { act: importing },
  'import-preview': { act: preview },
  'import-done': {
    act: async (page) => {
      await preview(page);
      await page.getByTestId('import-run').click();
      await page.getByTestId('import-undo').waitFor();
    }
  },
  teams: {
    world: 'portals',
    height: 1300,
    act: async (page) => {
      await settings(page, 'sources');
      await page.getByTestId('team-offered').scrollIntoViewIfNeeded();
    }
  },
  'team-add': {
    act: async (page) => {
      await settings(page, 'sources');
      await page.getByTestId('team-add').click();
      await page.getByTestId('team-location').fill('https://catalog.stuzio.example/hatrack/security.toml');
      await page.getByTestId('team-next').click();
      await page.getByTestId('team-preview').waitFor();
    }
  },
  'team-change': {
    world: 'portals',
    act: async (page) => {
      await settings(page, 'sources');
      await page.getByTestId('team-review').click();
      await page.getByTestId('team-lines').waitFor();
    }
  },
  'role-note': {
    height: 900,
    act: async (page) => {
      await roleRow(page, 'acme-prod/AWSIAMRoleForRDS').last().click();
      await page.getByTestId('role-said').click();
      await page.getByTestId('role-note').fill('Ask the owners before a deploy.');
      await page.getByTestId('default-session-name').fill('{user}@{account}');
      await page.getByTestId('default-session-name').blur();
    }
  },
  'settings-mfa': {
    world: 'portals',
    act: async (page) => {
      await settings(page, 'mfa');
      await page.getByTestId('device-show').click();
      await page.getByTestId('device-code').waitFor();
    }
  },
  'settings-mfa-empty': {
    act: async (page) => {
      await settings(page, 'mfa');
      await page.getByTestId('device-add').waitFor();
    }
  },
  'device-add': {
    act: async (page) => {
      await settings(page, 'mfa');
      await page.getByTestId('device-add').click();
      await page.getByTestId('device-secret').fill('JBSWY3DPEHPK3PXP');
    }
  },
  'device-yubikey': {
    act: async (page) => {
      await settings(page, 'mfa');
      await page.getByTestId('device-add').click();
      await page.getByTestId('device-from').getByText('A YubiKey').click();
    }
  },
  'mfa-yubikey': {
    act: async (page) => {
      await page.evaluate(() => {
        window.fake.world.status.yubikeys = ['arn:aws:iam::081278057606:mfa/troy-phone'];
        window.fake.world.devices.key = new Promise(() => undefined);
        window.fake.world.changed('status');
      });
      await roleRow(page, 'acme-prod/OrganizationAccountAccessRole').last().click();
      await page.getByTestId('switch-button').click();
      await page.getByTestId('mfa-key').waitFor();
    }
  },
  'settings-take-over': {
    act: async (page) => {
      await settings(page, 'general');
      await page.getByTestId('settings-import').click();
      await page.getByTestId('take-over-rows').waitFor();
    }
  }
};
