/** Up and down among the buckets; Enter opens, as on any button. */
export function columnKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const box = event.currentTarget;
  if (!(box instanceof HTMLElement)) return;
  const rows = [...box.querySelectorAll<HTMLElement>('.brow')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))];
  if (!to) return;
  event.preventDefault();
  to.focus();
}
