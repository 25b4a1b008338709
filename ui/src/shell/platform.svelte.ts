/** Which keyboard the person has in front of them. */
import type { Platform } from '../host/host';

function guess(): Platform {
  const name = navigator.platform.toLowerCase();
  if (name.startsWith('mac')) return 'macos';
  return name.startsWith('win') ? 'windows' : 'linux';
}

class Keyboard {
  platform = $state<Platform>(guess());
  get mac(): boolean {
    return this.platform === 'macos';
  }
}

export const keyboard = new Keyboard();

const MAC: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↵', Backspace: '⌫' };
const OTHER: Record<string, string> = { Shift: '⇧', Enter: '↵', Backspace: '⌫' };

export function keyLabel(key: string): string {
  return (keyboard.mac ? MAC : OTHER)[key] ?? key;
}

/** For titles and names: `Ctrl R`. */
export const keysText = (...keys: string[]) => keys.map(keyLabel).join(' ');
