// The same from a terminal; pure.
import type { Description } from './queries'
import { needOf } from './words'

/** What somebody wrote, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The line that makes a template; where options do not say all of it, the one that applies its file. */
export function createCommand(described: Description): string {
  const key = described.key || 'KEY'
  if (!fits(described)) return fileCommand(key)
  const { name, description, naming } = described
  return [
    `slipway template create ${quoted(key)}`,
    name && name !== key && `--name ${quoted(name)}`,
    description && `--description ${quoted(description)}`,
    described['is-abstract'] && '--abstract',
    ...(described.parents ?? []).map(({ template }) => `--parent ${quoted(template)}`),
    ...(described['allowed-integrations'] ?? []).map(({ kind }) => `--integration-kind ${quoted(kind)}`),
    naming && `--naming ${quoted(naming)}`,
    ...(described.labels ?? []).map((label) => `--label ${quoted(label)}`),
  ]
    .filter(Boolean)
    .join(' ')
}

export function fileCommand(key: string): string {
  return `slipway catalog apply -f ${quoted(`${key}.yaml`)}`
}

/** Whether the options of the command line say all of it. */
function fits(described: Description): boolean {
  const isOne = (described.parents ?? []).map(needOf).every(({ minimum, maximum, group }) => minimum === 1 && maximum === 1 && !group)
  const areRequired = (described['allowed-integrations'] ?? []).every(({ required }) => required)
  const rest = [described['one-per-integration'], described['required-settings'], described.secrets]
  return isOne && areRequired && rest.every((list) => !list?.length) && !described.service && !described.documentation && !described['engine-version'] && described.engine !== 'terraform'
}
