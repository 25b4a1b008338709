/** Light or dark, by the person's choice or the system's. */
import { remembered } from './remembered.svelte';

export type Theme = 'system' | 'light' | 'dark';

const choice = remembered<Theme>('theme', 'system');
const system = matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  const dark = choice.value === 'dark' || (choice.value === 'system' && system.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export const theme = {
  get choice(): Theme {
    return choice.value;
  },
  set choice(to: Theme) {
    choice.value = to;
    apply();
  }
};

/** Call before the first paint. */
export function startTheme(): void {
  apply();
  system.addEventListener('change', apply);
}
