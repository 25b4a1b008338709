/** Arithmetic of a long list with rows of few heights: where each row begins, and which rows are seen. */
export interface Offsets {
  /** Where row i begins; one more than there are rows, the last being the whole height. */
  starts: Float64Array;
}

export function offsetsOf(count: number, heightOf: (index: number) => number): Offsets {
  const starts = new Float64Array(count + 1);
  for (let i = 0; i < count; i += 1) starts[i + 1] = (starts[i] ?? 0) + heightOf(i);
  return { starts };
}

/** The row at a height: the last one that begins at or above it. */
export function rowAt(offsets: Offsets, y: number): number {
  const { starts } = offsets;
  let low = 0;
  let high = Math.max(0, starts.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows to draw, `from` to before `to`, with some to spare on both sides. */
export function windowOf(offsets: Offsets, top: number, height: number, spare = 10): { from: number; to: number } {
  const count = offsets.starts.length - 1;
  if (count <= 0) return { from: 0, to: 0 };
  return {
    from: Math.max(0, rowAt(offsets, top) - spare),
    to: Math.min(count, rowAt(offsets, top + height) + spare + 1)
  };
}
