/** AWS's error as the log keeps it, `Code: message`, apart again. */
export function errorParts(error: string): { code: string; message: string } {
  const found = /^([A-Z]\w+):\s*(.*)$/s.exec(error);
  return found ? { code: found[1] ?? '', message: found[2] ?? '' } : { code: '', message: error };
}
