// Binds in words; pure.
import type { Schema } from '@/api/query'
import { objectWord } from '@/lib/objects'
import { command, quoted } from '@/lib/shell'
import type { Bind, Kind } from './queries'

export const KINDS: Readonly<Record<Kind, string>> = {
  'service-instance': 'A service instance',
  resource: 'A resource of the catalog',
  workspace: 'The outputs of a workspace',
}

export interface Values {
  readonly kind: Kind
  /** Its id. */
  readonly origin: string
  /** `output=VARIABLE`, one in each line; empty for what it says itself. */
  readonly names: string
  readonly prefix: string
  readonly 'shows-values': boolean
  readonly staged: boolean
}

export const BLANK: Values = { kind: 'service-instance', origin: '', names: '', prefix: '', 'shows-values': false, staged: false }

const FIELDS = { 'service-instance': 'service-instance', resource: 'resource', workspace: 'workspace' } as const

/** Outputs with their variables; null where a line is none. */
export function parsedNames(text: string): Readonly<Record<string, string>> | null {
  const pairs = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => /^([^=\s]+)\s*=\s*([A-Za-z_]\w*)$/.exec(line))
  if (pairs.includes(null)) return null
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : [])))
}

/** What the API is asked for. */
export function wanted({ kind, origin, names, prefix, staged, 'shows-values': shows }: Values): Schema<'NewAppBind'> {
  const given = parsedNames(names) ?? {}
  return {
    [FIELDS[kind]]: origin,
    ...(Object.keys(given).length > 0 && { names: given }),
    ...(prefix.trim() && { prefix: prefix.trim() }),
    ...(shows && { 'shows-values': true }),
    ...(staged && { staged: true }),
  }
}

/** The same from a terminal; `name` is what is bound to. */
export function commandOf(values: Values, app: string, name: string): string {
  const { kind, names, prefix, staged } = values
  const shown = quoted(name || 'NAME')
  const flag = { 'service-instance': shown, resource: `--resource ${shown}`, workspace: `--from-workspace ${shown}` }[kind]
  return command(
    `slipway app bind ${quoted(app)} ${flag}`,
    ...Object.entries(parsedNames(names) ?? {}).map(([output, variable]) => `--value-name ${quoted(`${output}=${variable}`)}`),
    prefix.trim() && `--prefix ${quoted(prefix.trim())}`,
    values['shows-values'] && '--public',
    staged && '--no-restart',
  )
}

/** What it is bound to, as far as the caller may see it. */
export function originName({ attributes: { origin } }: Bind): string {
  return origin.name ?? `a ${objectWord(origin.kind)} that you may not see`
}
