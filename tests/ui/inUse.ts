/** A session that is in use everywhere. */
import type { Page } from '@playwright/test';

export async function inUse(page: Page): Promise<void> {
  await page.locator('[data-session="s-prod"]').first().click();
  await page.getByTestId('endpoint-switch').click();
  await page.getByTestId('use-endpoint').waitFor();
  await page.getByTestId('copy-env').click();
  await page.evaluate(() => {
    const { world } = window.fake;
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const use = { what: null, place: null, count: 1, running: 0 };
    world.back.uses = [
      {
        session_id: 's-prod',
        known_since: at(40),
        uses: [
          { ...use, kind: 'exec', what: 'python3', running: 1, last_at: at(1) },
          { ...use, kind: 'console', what: 'S3', place: 'firefox', last_at: at(3) },
          { ...use, kind: 'process', count: 2001, last_at: at(5) },
          { ...use, kind: 'env', count: 2, last_at: at(9) },
          { ...use, kind: 's3', last_at: at(12) }
        ]
      }
    ];
    world.changed('uses');
  });
  await page.getByTestId('use-known').first().waitFor();
}
