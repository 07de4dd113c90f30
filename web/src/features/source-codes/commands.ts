// The same from a terminal; pure.

/** What somebody wrote, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function createCommand(identifier: string, { name, integration }: { name: string; integration: string }): string {
  return [`slipway source-code create ${quoted(identifier || 'REPOSITORY')}`, name && `--name ${quoted(name)}`, integration && `--integration ${quoted(integration)}`].filter(Boolean).join(' ')
}
