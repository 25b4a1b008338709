/** Small choices of the person about the page itself, kept in the webview's own storage. */

export interface Remembered<T> {
  value: T;
}

export function remembered<T>(key: string, otherwise: T): Remembered<T> {
  let value = $state(read(key, otherwise));
  return {
    get value() {
      return value;
    },
    set value(to: T) {
      value = to;
      try {
        localStorage.setItem(`hatrack.${key}`, JSON.stringify(to));
      } catch {
        // Without storage the choice lasts as long as the window.
      }
    }
  };
}

function read<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`hatrack.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}
