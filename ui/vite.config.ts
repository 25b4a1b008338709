import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `--mode fake` builds the same page on a host made of sample data. The product bundle never contains it.
export default defineConfig(({ mode }) => {
  const fake = mode === 'fake' || mode === 'test';
  return {
    root: here('.'),
    plugins: [svelte(), svelteTesting()],
    clearScreen: false,
    resolve: { alias: { '#host': here(fake ? 'src/host/fake.ts' : 'src/host/tauri.ts') } },
    server: { port: 1420, strictPort: true },
    preview: { port: 4173, strictPort: true },
    test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
    build: {
      target: 'safari16',
      outDir: fake ? here('../node_modules/.cache/ui-fake') : 'dist',
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false }
    }
  };
});
