// Sentences and commands of variables.

/** What somebody would write on a command line, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A command of the command line: what is null is left out. */
export function command(...parts: readonly (string | null | false)[]): string {
  return ['slipway', ...parts].filter(Boolean).join(' ')
}
