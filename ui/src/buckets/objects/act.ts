/** Names for acts that run: each once, also after the page was loaded anew. */
let made = 0;

export function actName(): string {
  made += 1;
  return `${Date.now()}-${made}`;
}
