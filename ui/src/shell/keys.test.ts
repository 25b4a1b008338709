import { describe, expect, it } from 'vitest';
import { actOf, mayRepeat, type Press, type Where } from './keys';

const where = (more: Partial<Where> = {}): Where => ({ view: 'roles', mac: false, typing: false, letters: true, sections: 6, ...more });

function press(text: string): Press {
  const parts = text.split('+');
  const key = parts.pop() ?? '';
  return { key, ctrl: parts.includes('Ctrl'), alt: parts.includes('Alt'), shift: parts.includes('Shift'), meta: parts.includes('Meta') };
}
const of = (text: string, more: Partial<Where> = {}) => actOf(press(text), where(more));

describe('keys', () => {
  it.each([
    ['Ctrl+1', { do: 'section', index: 0 }],
    ['Ctrl+5', { do: 'section', index: 4 }],
    ['Ctrl+6', { do: 'section', index: 5 }],
    ['Ctrl+7', null],
    ['Ctrl+,', { do: 'settings' }],
    ['Ctrl+b', { do: 'sidebar' }],
    ['Ctrl+n', { do: 'add-role' }],
    ['Ctrl+Shift+C', { do: 'copy-env' }],
    ['Ctrl+Enter', { do: 'switch' }],
    ['Ctrl+r', { do: 'reload' }],
    ['Alt+3', { do: 'favourite', index: 2 }],
    ['F6', { do: 'next-pane' }],
    ['Shift+F6', { do: 'previous-pane' }],
    ['/', { do: 'filter' }],
    ['Shift+?', { do: 'keys' }],
    ['s', { do: 'star' }],
    ['c', { do: 'copy-arn' }],
    ['Ctrl+k', null],
    ['x', null]
  ])('%s in Roles', (text, act) => expect(of(text)).toEqual(act));

  it('means other things in other views', () => {
    expect(of('Ctrl+r', { view: 'sessions' })).toEqual({ do: 'renew' });
    expect(of('Ctrl+Backspace', { view: 'sessions' })).toEqual({ do: 'switch-back' });
    expect(of('b', { view: 'sessions' })).toEqual({ do: 'browse-s3' });
    expect(of('o', { view: 'sessions' })).toEqual({ do: 'console' });
    expect(of('Alt+ArrowUp', { view: 'sessions' })).toEqual({ do: 'previous-session' });
    expect(of('Alt+ArrowUp', { view: 'buckets' })).toEqual({ do: 'up' });
    expect(of('Ctrl+d', { view: 'buckets' })).toEqual({ do: 'download' });
    expect(of('[', { view: 'history' })).toEqual({ do: 'previous-day' });
    expect(of('Ctrl+e', { view: 'history' })).toEqual({ do: 'export-history' });
    expect(of('Ctrl+e', { view: 'roles' })).toBeNull();
    expect(of('s', { view: 'history' })).toBeNull();
    expect(of('2', { view: 'doctor' })).toEqual({ do: 'check', number: 2 });
    expect(of('5', { view: 'doctor' })).toBeNull();
    expect(of('m', { view: 'doctor' })).toEqual({ do: 'copy-message' });
    expect(of('Ctrl+r', { view: 'doctor' })).toEqual({ do: 'check-again' });
  });

  it('leaves single letters to text fields, and to people who turned them off', () => {
    expect(of('s', { typing: true })).toBeNull();
    expect(of('/', { typing: true })).toBeNull();
    expect(of('s', { letters: false })).toBeNull();
    expect(of('Ctrl+Enter', { typing: true })).toEqual({ do: 'switch' });
    expect(of('Escape', { typing: true })).toEqual({ do: 'escape' });
  });

  it('a key held down walks on but ends, switches and copies once', () => {
    const repeats = (text: string, view: Where['view']) => {
      const act = of(text, { view });
      return act && mayRepeat(act);
    };
    expect(repeats('Ctrl+Backspace', 'sessions')).toBe(false);
    expect(repeats('Ctrl+Enter', 'roles')).toBe(false);
    expect(repeats('Alt+ArrowDown', 'sessions')).toBe(true);
    expect(repeats('[', 'history')).toBe(true);
  });

  it('reads the command key on a Mac', () => {
    expect(of('Meta+1', { mac: true })).toEqual({ do: 'section', index: 0 });
    expect(of('Ctrl+1', { mac: true })).toBeNull();
    expect(of('Meta+1')).toBeNull();
  });
});
