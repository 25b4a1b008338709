const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in decimal units with three digits: `38.4 KB`, `1.84 GB`, `214 MB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 KB and more would round to 1000 KB.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  // Number drops the zeros that toFixed leaves at the end.
  return `${Number(value.toFixed(digits))} ${UNITS[unit]}`;
}

/** A count with thousands apart: `1,204`. */
export const formatCount = (n: number) => n.toLocaleString('en-GB');
