// Texts as a shell takes them.

/** What somebody would write on a command line, quoted where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** What fits on a line; longer commands go on below. */
const LINE = 60

/** A command out of its parts; those that are nothing are left out. */
export function command(...parts: readonly (string | false | null | undefined)[]): string {
  const shown = parts.filter((part): part is string => typeof part === 'string' && part !== '')
  const line = shown.join(' ')
  return line.length <= LINE ? line : shown.join(' \\\n    ')
}
