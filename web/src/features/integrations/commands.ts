// The same from a terminal; pure.
import type { Method } from './schema'
import { entriesOf, intervalOf, type Values } from './values'

/** What somebody wrote, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** `slipway integration create gitea forge --set url=https://… --secret token`: secrets are asked for, never in the line. */
export function createCommand(kind: string, method: Method | undefined, isOnly: boolean, values: Values): string {
  const fields = method?.fields ?? []
  const entries = fields.filter(({ form }) => form === 'values')
  const names = (field: string) => Object.entries(entriesOf(values[field] ?? ''))
  const typed = fields.filter((field) => (values[field.name] ?? '').trim() !== '' && values[field.name] !== field.initial)
  return [
    `slipway integration create ${kind} ${quoted(values['name'] || 'NAME')}`,
    !isOnly && method && `--set method=${method.name}`,
    ...typed.filter((field) => !field.isSecret && field.form !== 'values' && field.form !== 'lines').map((field) => `--set ${quoted(`${field.name}=${(values[field.name] ?? '').trim()}`)}`),
    ...fields.filter((field) => field.form === 'lines' && (typed.includes(field) || (field.isSecret && field.isRequired))).map((field) => `--secret-file ${field.name}=FILE`),
    ...fields.filter((field) => field.form !== 'lines' && field.form !== 'values' && field.isSecret && (field.isRequired || typed.includes(field))).map((field) => `--secret ${field.name}`),
    ...entries.flatMap(({ name, isSecret }) =>
      names(name).map(([key, value]) => (isSecret ? `--secret ${name}.${key}` : `--set ${quoted(`${name}.${key}=${value}`)}`)),
    ),
    intervalOf(values) !== null && `--poll-interval ${intervalOf(values)}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** Whose runs are meant: `--workspace shop`, `--project shops`, `--everywhere`. */
export function placeFlag(scope: string, name: string): string {
  return scope === 'organization' ? '--everywhere' : `--${scope} ${quoted(name)}`
}
