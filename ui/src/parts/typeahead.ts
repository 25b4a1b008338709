/**
 * The next text that typing leads to: by its beginning, else by a line inside it. Going on from `from` while the same
 * text grows, from the one after it when a single letter is typed anew. -1 where there is none.
 */
export function indexAfterTyping(texts: string[], typed: string, from: number): number {
  const want = typed.toLowerCase();
  const start = want.length === 1 ? from + 1 : from;
  const order = texts.map((_, i) => (start + i) % texts.length);
  const begins = order.find((i) => texts[i]?.toLowerCase().startsWith(want));
  if (begins !== undefined) return begins;
  return order.find((i) => texts[i]?.toLowerCase().includes(`\n${want}`)) ?? -1;
}
