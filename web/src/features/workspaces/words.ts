// Sentences that several pages of workspaces say.

/** Why something is not offered: what it needs, and where that is explained. */
export function needs(isAllowed: boolean, permission: string): string | null {
  return isAllowed ? null : `This needs ${permission} here, which none of your roles gives. The Access tab explains it.`
}

/** What somebody wrote on a command line, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A command of the command line: what is null is left out. */
export function command(...parts: readonly (string | null | false)[]): string {
  return ['slipway', ...parts].filter(Boolean).join(' ')
}

/** `--flag value`, quoted; nothing for no value. */
export function flag(name: string, value: string | null | undefined): string | null {
  return value ? `${name} ${quoted(value)}` : null
}

/** `env=prod, managed-by` as the API's tags. */
export function tagsOf(words: readonly string[]): { key: string; value: string | null }[] {
  return words.map((word) => {
    const [, key = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? []
    return { key, value: value ?? null }
  })
}

/** The API's tags as words. */
export function tagWords(tags: readonly { key: string; value?: string | null }[]): string[] {
  return tags.map(({ key, value }) => (value ? `${key}=${value}` : key))
}
