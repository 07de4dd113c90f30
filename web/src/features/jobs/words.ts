// Jobs in words; pure.
import type { Schema } from '@/api/query'
import { objectWord } from '@/lib/objects'
import { command, quoted } from '@/lib/shell'
import type { Job, JobBind, JobRun } from './queries'

type May = keyof Job['attributes']['permissions']

const PERMISSIONS: Readonly<Record<May, string>> = {
  'can-update': 'job.update',
  'can-run': 'job.run',
  'can-read-env': 'job.env.read',
  'can-update-env': 'job.env.update',
  'can-read-logs': 'job.log.read',
  'can-delete': 'job.delete',
}

/** Why the caller may not, or why nothing can be done with it any more; null when he can. */
export function refusal({ attributes }: Pick<Job, 'attributes'>, may: May): string | null {
  if (!attributes.permissions[may]) return `This needs ${PERMISSIONS[may]} in its project, which none of your roles gives. Ask who administers it.`
  return attributes.status === 'deleting' && may !== 'can-read-logs' && may !== 'can-read-env' ? 'It is being deleted.' : null
}

/** What it is bound to, as far as the caller may see it. */
export function originName({ attributes: { origin } }: JobBind): string {
  return origin.name ?? `a ${objectWord(origin.kind)} that you may not see`
}

export const TRIGGERS: Readonly<Record<Schema<'JobTrigger'>, string>> = { schedule: 'the clock', person: 'somebody', retry: 'tried again' }

/** Who or what wanted it. */
export function wantedBy({ attributes: { trigger, 'started-by': by, attempt } }: Pick<JobRun, 'attributes'>): string {
  if (trigger === 'person') return by
  return trigger === 'retry' ? `try ${attempt}` : TRIGGERS[trigger]
}

export const CONCURRENCY: Readonly<Record<Schema<'JobConcurrency'>, string>> = {
  forbid: 'It is skipped',
  allow: 'It begins beside the other',
  replace: 'The other is canceled, and it begins then',
}

/** `1 h`, `20 min`, `90 s`. */
export function span(seconds: number): string {
  if (seconds % 86_400 === 0 && seconds > 0) return `${seconds / 86_400} d`
  if (seconds % 3_600 === 0 && seconds > 0) return `${seconds / 3_600} h`
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60} min` : `${seconds} s`
}

export interface Values {
  readonly name: string
  /** By id; empty for the default one. */
  readonly project: string
  /** By name; empty for the default one, as the plan. */
  readonly pool: string
  readonly plan: string
  readonly image: string
  /** The program with its arguments, one in each line; empty for what the image says. */
  readonly command: string
  readonly when: 'clock' | 'person'
  readonly cron: string
  readonly 'time-zone': string
  readonly concurrency: Schema<'JobConcurrency'>
  /** In minutes, as the other. */
  readonly 'deadline-seconds': string
  readonly 'start-within-seconds': string
  readonly retries: string
  readonly 'kept-runs': string
  readonly description: string
  readonly labels: readonly string[]
}

export const newJob = (): Values => ({
  name: '',
  project: '',
  pool: '',
  plan: '',
  image: '',
  command: '',
  when: 'clock',
  cron: '0 3 * * *',
  'time-zone': Intl.DateTimeFormat().resolvedOptions().timeZone,
  concurrency: 'forbid',
  'deadline-seconds': '60',
  'start-within-seconds': '60',
  retries: '0',
  'kept-runs': '50',
  description: '',
  labels: [],
})

export function valuesOf({ attributes }: Pick<Job, 'attributes'>): Values {
  return {
    ...newJob(),
    name: attributes.name,
    pool: attributes.pool.name,
    plan: attributes.plan.name,
    image: attributes.image,
    command: attributes.command.join('\n'),
    when: attributes.cron ? 'clock' : 'person',
    cron: attributes.cron ?? '',
    'time-zone': attributes['time-zone'],
    concurrency: attributes.concurrency,
    'deadline-seconds': String(attributes['deadline-seconds'] / 60),
    'start-within-seconds': String(attributes['start-within-seconds'] / 60),
    retries: String(attributes.retries),
    'kept-runs': String(attributes['kept-runs']),
    description: attributes.description,
    labels: attributes.labels,
  }
}

/** The program with its arguments. */
export const argumentsOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

/** What is wrong with it, by field. */
export function problemsOf({ name, image, when, cron, retries, ...values }: Values): Partial<Record<keyof Values, string>> {
  const isMinutes = (text: string) => Number(text) > 0
  const isWhole = (text: string, least: number) => /^\d+$/.test(text.trim()) && Number(text) >= least
  return {
    ...(!name.trim() && { name: 'Give it a name.' }),
    ...(!image.trim() && { image: 'Say which image it runs.' }),
    ...(when === 'clock' && !cron.trim() && { cron: 'Say when, as 0 3 * * *.' }),
    ...(!isMinutes(values['deadline-seconds']) && { 'deadline-seconds': 'Write a number of minutes.' }),
    ...(!isMinutes(values['start-within-seconds']) && { 'start-within-seconds': 'Write a number of minutes.' }),
    ...(!isWhole(retries, 0) && { retries: 'Write a whole number, as 2.' }),
    ...(!isWhole(values['kept-runs'], 1) && { 'kept-runs': 'Write a whole number, as 50.' }),
  }
}

const seconds = (minutes: string) => Math.round(Number(minutes) * 60)

/** All of it that can be changed later, too. */
function said(values: Values) {
  return {
    image: values.image.trim(),
    command: argumentsOf(values.command),
    description: values.description.trim(),
    labels: [...values.labels],
    cron: values.when === 'clock' ? values.cron.trim() : '',
    'time-zone': values['time-zone'].trim() || 'UTC',
    concurrency: values.concurrency,
    'deadline-seconds': seconds(values['deadline-seconds']),
    'start-within-seconds': seconds(values['start-within-seconds']),
    retries: Number(values.retries),
    'kept-runs': Number(values['kept-runs']),
    ...(values.plan && { plan: values.plan }),
  }
}

/** As the API takes a new one. */
export function wanted(values: Values): Schema<'NewJob'> {
  const { cron, ...rest } = said(values)
  return {
    name: values.name.trim(),
    ...rest,
    ...(cron && { cron }),
    ...(values.pool && { pool: values.pool }),
    ...(values.project && { 'project-id': values.project }),
  }
}

/** What differs. */
export function changesOf(before: Values, after: Values): Schema<'JobChanges'> {
  const old: Readonly<Record<string, unknown>> = said(before)
  return Object.fromEntries(Object.entries(said(after)).filter(([name, value]) => JSON.stringify(old[name]) !== JSON.stringify(value)))
}

const minutes = (text: string) => (Number.isInteger(Number(text)) ? `${text.trim()}m` : `${seconds(text)}s`)

/** The same from a terminal; `project` is its name. */
export function commandOf(before: Values | null, values: Values, project: string | undefined): string {
  const start = before ?? { ...newJob(), cron: '', 'time-zone': 'UTC', when: 'person' as const }
  const has = (name: keyof Values) => JSON.stringify(start[name]) !== JSON.stringify(values[name])
  const hasTimes = values.when === 'clock' && (has('cron') || has('when'))
  const program = argumentsOf(values.command)
  return command(
    `slipway job ${before ? 'update' : 'create'} ${quoted(values.name.trim() || 'NAME')}`,
    (!before || has('image')) && `--image ${quoted(values.image.trim() || 'IMAGE')}`,
    hasTimes && `--schedule ${quoted(values.cron.trim() || 'CRON')}`,
    before && has('when') && values.when === 'person' && '--no-schedule',
    values.when === 'clock' && has('time-zone') && `--time-zone ${quoted(values['time-zone'].trim() || 'UTC')}`,
    has('concurrency') && `--concurrency ${values.concurrency}`,
    has('deadline-seconds') && `--deadline ${minutes(values['deadline-seconds'])}`,
    has('start-within-seconds') && `--start-within ${minutes(values['start-within-seconds'])}`,
    has('retries') && `--retries ${values.retries.trim()}`,
    has('kept-runs') && `--keep ${values['kept-runs'].trim()}`,
    values.plan && has('plan') && `--plan ${quoted(values.plan)}`,
    values.pool && has('pool') && `--pool ${quoted(values.pool)}`,
    project && `--project ${quoted(project)}`,
    has('description') && `--description ${quoted(values.description.trim())}`,
    ...(has('labels') ? values.labels.map((label) => `--label ${quoted(label)}`) : []),
    before && has('labels') && values.labels.length === 0 && '--no-labels',
    before && has('command') && program.length === 0 && '--no-command',
    has('command') && program.length > 0 && `-- ${program.map(quoted).join(' ')}`,
  )
}
