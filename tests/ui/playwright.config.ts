import { execFileSync } from 'node:child_process';
import { defineConfig } from '@playwright/test';

const LISTEN_ANYWHERE = `const s = require('node:net').createServer();
s.listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); });`;

// Any free port: a fixed one may be taken. The workers read this file too and are told by the environment.
process.env.HATRACK_UI_PORT ??= execFileSync(process.execPath, ['-e', LISTEN_ANYWHERE], { encoding: 'utf8' }).trim();
const port = Number(process.env.HATRACK_UI_PORT);

export default defineConfig({
  testDir: '.',
  fullyParallel: true,
  workers: 2,
  // Room for a busy machine.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  outputDir: '../../test-results',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1180, height: 760 },
    timezoneId: 'Europe/Madrid',
    locale: 'en-GB',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'
      ]
    }
  },
  webServer: {
    command: `node tests/ui/serve.mjs ${port}`,
    url: `http://127.0.0.1:${port}`,
    cwd: '../..',
    reuseExistingServer: false
  }
});
