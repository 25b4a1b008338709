/** Views of Doctor, for the pictures and for axe. */
import type { Page } from '@playwright/test';
import { nav, type World } from './page';

interface View {
  world?: World;
  width?: number;
  height?: number;
  act: (page: Page) => Promise<unknown>;
}

/** The latest denial, diagnosed. */
export async function diagnosed(page: Page): Promise<void> {
  await nav(page, 'doctor');
  await page.getByTestId('denial-row').first().click();
  await page.getByTestId('checks').focus();
}

export async function doctorPage(page: Page, value: string): Promise<void> {
  await nav(page, 'doctor');
  await page.getByTestId('doctor-page').locator(`[data-value="${value}"]`).click();
}

export async function pasteTrust(page: Page): Promise<void> {
  await page.getByTestId('paste-policies').click();
  await page.getByTestId('paste-text').fill('{"Version":"2012-10-17","Statement":[]}');
}

/** Fills the form for another company, and has the policies written. */
export async function thirdParty(page: Page): Promise<void> {
  await page.getByTestId('compose-case').click();
  await page.getByRole('option', { name: 'Third party' }).click();
  await page.getByTestId('compose-caller').fill('arn:aws:iam::081278057606:user/troy');
  await page.getByTestId('compose-role').fill('arn:aws:iam::183438944504:role/Reader');
  await page.getByTestId('compose-bucket').fill('asi-production');
  await page.getByTestId('compose-go').click();
  await page.getByTestId('composed').waitFor();
}

export const CURLY = '{“Version”: “2012-10-17”, “Statement”: [{“Effect”: “Allow”,\n“Action”: “*”, “Resource”: “*”}]}';

export const doctorViews: Record<string, View> = {
  doctor: { act: (page) => nav(page, 'doctor') },
  'doctor-none': { world: 'empty', act: (page) => nav(page, 'doctor') },
  'doctor-denied': { act: diagnosed },
  'doctor-narrow': { width: 980, height: 640, act: diagnosed },
  'doctor-cli': {
    act: async (page) => {
      await diagnosed(page);
      await page.getByTestId('cure-format').locator('[data-value="cli"]').click();
    }
  },
  'doctor-paste': {
    act: async (page) => {
      await diagnosed(page);
      await pasteTrust(page);
    }
  },
  'doctor-exact': {
    act: async (page) => {
      await diagnosed(page);
      await pasteTrust(page);
      await page.getByTestId('paste-take').click();
      await page.locator('[data-testid="check"][data-verdict="missing"]').waitFor();
    }
  },
  'doctor-failed': {
    act: async (page) => {
      await page.evaluate(() => (window.fake.world.doctor.fault = 'The agent does not answer. Try again.'));
      await nav(page, 'doctor');
      await page.getByTestId('denial-row').first().click();
      await page.getByTestId('doctor-error').waitFor();
    }
  },
  'doctor-error': { act: (page) => doctorPage(page, 'error') },
  'doctor-clock': {
    act: async (page) => {
      await doctorPage(page, 'error');
      await page.getByTestId('error-text').fill('Signature expired: 20260611T120000Z');
      await page.getByTestId('error-diagnose').click();
      await page.getByTestId('headline').waitFor();
    }
  },
  'doctor-policy': {
    height: 900,
    act: async (page) => {
      await doctorPage(page, 'policy');
      await page.getByTestId('policy-text').fill(CURLY);
      await page.getByTestId('policy-check').click();
      await page.getByTestId('finding').first().waitFor();
    }
  },
  'doctor-compose': { height: 900, act: (page) => doctorPage(page, 'compose') },
  'doctor-composed': {
    height: 1400,
    act: async (page) => {
      await doctorPage(page, 'compose');
      await thirdParty(page);
    }
  },
  'doctor-words': {
    act: async (page) => {
      await doctorPage(page, 'policy');
      await page.getByTestId('policy-text').fill('{"Version": "2012-10-17", "Statement": []}');
      await page.getByTestId('policy-check').click();
      await page.getByTestId('policy-words').waitFor();
    }
  }
};
