/** Views of revoking a role's sessions, for the pictures and for axe. */
import type { Page } from '@playwright/test';

interface View {
  height?: number;
  act: (page: Page) => Promise<unknown>;
}

/** The dialog over a session's page, once it tells whom it would hit or why it cannot. */
export async function revokeDialog(page: Page, id = 's-dev', item = 'menu-revoke'): Promise<void> {
  await page.locator(`[data-session="${id}"]`).first().click();
  await page.getByTestId('session-menu').click();
  await page.getByTestId(item).click();
  await page.getByTestId('revoke-signer').or(page.getByTestId('revoke-error')).waitFor();
}

export async function revoked(page: Page, id = 's-dev'): Promise<void> {
  await revokeDialog(page, id);
  await page.getByTestId('revoke-confirm').click();
  await page.getByTestId('revoke-close').waitFor();
}

export const revokes: Record<string, View> = {
  revoke: { act: revokeDialog },
  'revoke-denied': {
    height: 900,
    act: async (page) => {
      await page.evaluate(() => (window.fake.world.revokes.refuses = true));
      await revokeDialog(page);
      await page.getByTestId('revoke-confirm').click();
      await page.getByTestId('denial').waitFor();
    }
  },
  revoked: { act: revoked },
  'revoked-session': {
    act: async (page) => {
      await revoked(page);
      await page.getByTestId('revoke-close').click();
      await page.getByTestId('session-revoked').waitFor();
    }
  },
  'revoke-undo': {
    act: async (page) => {
      await revoked(page);
      await page.getByTestId('revoke-close').click();
      await revokeDialog(page, 's-dev', 'menu-undo-revoke');
    }
  }
};
