// How search parameters are written: plain text as people write it, `?status=errored,planned&page=2`, never quoted JSON.

/** The parameters of `?a=b`, all texts. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

/** `?a=b`; commas, slashes and colons stay readable. */
export function stringifySearch(search: Record<string, unknown>): string {
  const entries = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
  const readable = text.replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':')
  return readable === '' ? '' : `?${readable}`
}
