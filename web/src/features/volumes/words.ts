// Volumes and their plans in words; pure.
import type { Schema } from '@/api/query'
import { bytes } from '@/lib/numbers'
import { command, quoted } from '@/lib/shell'
import type { VolumePlan } from './queries'

export const KINDS: Readonly<Record<Schema<'VolumeKind'>, string>> = {
  engine: 'Volume of the Docker Engine',
  'host-path': 'Folder of the machine',
  persistent: 'Storage of the cluster',
  ephemeral: 'Folder that goes with the unit',
}

export const ACCESS: Readonly<Record<Schema<'VolumeAccess'>, string>> = {
  'read-write-once': 'the units of one machine',
  'read-only-many': 'units of all machines, which only read',
  'read-write-many': 'units of all machines',
}

/** What stands behind volumes of a plan. */
export function planWords({ attributes: { kind, settings } }: Pick<VolumePlan, 'attributes'>): string {
  const size = typeof settings.size === 'number' ? bytes(settings.size) : null
  const words = {
    engine: [settings.driver ?? null, ...Object.entries(settings.options ?? {}).map(([name, value]) => `${name}=${value}`)],
    'host-path': [settings.path ? (settings['is-parent'] ? `a folder in ${settings.path}` : settings.path) : null],
    persistent: [settings['storage-class'] ?? null, size, settings.access ? `for ${ACCESS[settings.access]}` : null],
    ephemeral: [settings['is-in-memory'] ? 'in memory' : null, size],
  }[kind]
  return words.filter((word) => word !== null).join(', ')
}

/** Why it cannot be deleted now; null when it can. */
export function inUse(name: string, apps: readonly string[], jobs: readonly string[]): string | null {
  const all = [...apps, ...jobs.map((job) => `job ${job}`)]
  if (all.length === 0) return null
  return `${all.join(', ')} ${all.length === 1 ? 'has' : 'have'} ${name} among ${all.length === 1 ? 'its' : 'their'} files. Take it away there first.`
}

const GIBIBYTE = 1_073_741_824
const MEBIBYTE = 1_048_576

export const isSized = (kind: Schema<'VolumeKind'> | undefined) => kind === 'persistent' || kind === 'ephemeral'

/** Of GiB that somebody typed. */
export const bytesOf = (gibibytes: string) => Math.round(Number(gibibytes) * GIBIBYTE)

/** As the command line takes it. */
export const sizeFlag = (gibibytes: string) => (Number.isInteger(Number(gibibytes)) ? `${gibibytes.trim()}GiB` : `${Math.round(bytesOf(gibibytes) / MEBIBYTE)}MiB`)

export interface PlanValues {
  readonly name: string
  readonly kind: Schema<'VolumeKind'>
  readonly driver: string
  /** `name=value`, one in each line. */
  readonly options: string
  readonly path: string
  readonly 'is-parent': boolean
  readonly 'storage-class': string
  readonly access: Schema<'VolumeAccess'>
  readonly 'is-in-memory': boolean
  /** In GiB; empty for none. */
  readonly size: string
  readonly 'is-shared': boolean
}

export const NEW_PLAN: PlanValues = {
  name: '',
  kind: 'engine',
  driver: '',
  options: '',
  path: '',
  'is-parent': false,
  'storage-class': '',
  access: 'read-write-once',
  'is-in-memory': false,
  size: '',
  'is-shared': false,
}

/** Names with their values; null where a line is none. */
export function parsedOptions(text: string): Readonly<Record<string, string>> | null {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  if (lines.some((line) => line.indexOf('=') < 1)) return null
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** What is wrong with it, by field. */
export function planProblems({ name, kind, options, path, size }: PlanValues): Partial<Record<keyof PlanValues, string>> {
  return {
    ...(!name.trim() && { name: 'Give it a name.' }),
    ...(kind === 'engine' && parsedOptions(options) === null && { options: 'Write name=value in each line.' }),
    ...(kind === 'host-path' && !path.trim().startsWith('/') && { path: 'Write the whole path, as /srv/apps.' }),
    ...(isSized(kind) && size.trim() !== '' && !(Number(size) > 0) && { size: 'Write a number of GiB, or nothing.' }),
  }
}

/** What of it counts for its kind; what it leaves out is as usual. */
export function settingsOf(values: PlanValues): Schema<'VolumeSettings'> {
  const size = values.size.trim() !== '' && { size: bytesOf(values.size) }
  switch (values.kind) {
    case 'engine': {
      const options = parsedOptions(values.options) ?? {}
      return { ...(values.driver.trim() && { driver: values.driver.trim() }), ...(Object.keys(options).length > 0 && { options }) }
    }
    case 'host-path':
      return { path: values.path.trim(), ...(values['is-parent'] && { 'is-parent': true }) }
    case 'persistent':
      return { ...(values['storage-class'].trim() && { 'storage-class': values['storage-class'].trim() }), ...(values.access !== 'read-write-once' && { access: values.access }), ...size }
    default:
      return { ...(values['is-in-memory'] && { 'is-in-memory': true }), ...size }
  }
}

/** The same from a terminal. */
export function planCommand(values: PlanValues): string {
  const settings = settingsOf(values)
  return command(
    `slipway volume-plan create ${quoted(values.name.trim() || 'NAME')}`,
    `--kind ${values.kind}`,
    settings.driver && `--driver ${quoted(settings.driver)}`,
    ...Object.entries(settings.options ?? {}).map(([name, value]) => `--option ${quoted(`${name}=${value}`)}`),
    settings.path && `--path ${quoted(settings.path)}`,
    settings['is-parent'] && '--parent',
    settings['storage-class'] && `--storage-class ${quoted(settings['storage-class'])}`,
    settings.access && `--access ${settings.access}`,
    settings['is-in-memory'] && '--in-memory',
    settings.size !== undefined && `--size ${sizeFlag(values.size)}`,
    values['is-shared'] && '--shared',
  )
}
