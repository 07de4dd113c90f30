// Apps in words; pure.
import type { Schema } from '@/api/query'
import { bytes } from '@/lib/numbers'
import type { IconName, Tone } from '@/ui/icon'
import type { App, Deploy, Process, Variable } from './queries'

export const STATUSES = ['new', 'running', 'degraded', 'down', 'stopped', 'deleting'] as const

export const KINDS: Readonly<Record<Schema<'DeployKind'>, string>> = {
  image: 'Image',
  source: 'Source',
  rollback: 'Rollback',
  env: 'Variables',
  restart: 'Restart',
}

/** What a deploy deploys, in a word. */
export function kindWord({ attributes: { kind, 'made-of': of } }: Pick<Deploy, 'attributes'>): string {
  return kind === 'source' && of.commit ? 'Commit' : KINDS[kind]
}

type May = keyof App['attributes']['permissions']

const PERMISSIONS: Readonly<Record<May, string>> = {
  'can-update': 'app.update',
  'can-deploy': 'app.deploy',
  'can-scale': 'app.scale',
  'can-read-env': 'app.env.read',
  'can-update-env': 'app.env.update',
  'can-read-logs': 'app.log.read',
  'can-run': 'app.run',
  'can-shell': 'app.shell',
  'can-delete': 'app.delete',
}

/** Why the caller may not, or why nothing can be done with it any more; null when he can. */
export function refusal({ attributes }: Pick<App, 'attributes'>, may: May): string | null {
  if (!attributes.permissions[may]) return `This needs ${PERMISSIONS[may]} in its project, which none of your roles gives. Ask who administers it.`
  return attributes.status === 'deleting' && may !== 'can-read-logs' && may !== 'can-read-env' ? 'It is being deleted.' : null
}

/** Whether anything ever ran of it. */
export function isDeployed({ attributes }: Pick<App, 'attributes'>): boolean {
  return typeof attributes['live-version'] === 'number'
}

/** `v12`; null where there is none. */
export function versionName(number: number | null | undefined): string | null {
  return typeof number === 'number' ? `v${number}` : null
}

/** Why nothing can be deployed now, whoever asks; null when it can. */
export function noDeploy({ attributes }: Pick<App, 'attributes'>): string | null {
  return attributes['active-deploy'] ? 'A deploy goes on. Wait for its end, or cancel it.' : null
}

/** Why what runs cannot be run anew; null when it can. */
export function noRestart(app: Pick<App, 'attributes'>): string | null {
  if (!isDeployed(app)) return 'Nothing was deployed yet.'
  if (app.attributes['is-stopped']) return 'It is stopped. Start it instead.'
  return noDeploy(app)
}

/** `2 of 3`, over all processes. */
export function unitsOfAll(processes: readonly Process[]): { readonly ready: number; readonly wanted: number } {
  return { ready: sum(processes.map(({ ready }) => ready)), wanted: sum(processes.map(({ units }) => units)) }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** How much a plan gives: `512 MiB, 0.5 processors`. */
export function planWords({ memory, processor }: Pick<Schema<'AppPlan'>, 'memory' | 'processor'>): string {
  const words = [memory > 0 ? bytes(memory) : 'any memory', processor > 0 ? `${processor / 1_000} CPU` : 'any CPU']
  return words.join(', ')
}

/** An image without the digits of its digest that nobody reads. */
export function shortImage(image: string): string {
  return image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, '@$1')
}

/** A variable in a list: its name and whose it is. */
export const variableKey = ({ name, process }: Pick<Variable, 'name' | 'process'>) => `${process}/${name}`

interface Step {
  readonly key: Schema<'DeployStep'>
  readonly name: string
  readonly icon: IconName
  readonly tone: Tone
  readonly place: 'done' | 'now' | 'todo'
  readonly detail?: string
}

interface StepWords {
  readonly name: string
  /** What goes on at it. */
  readonly about: string
  /** What it means that it failed here. */
  readonly failed: string
  /** What to do then. */
  readonly next: string
}

const STEPS: readonly (readonly [Schema<'DeployStep'>, StepWords])[] = [
  ['build', { name: 'Build', about: 'The image is built or fetched.', failed: 'There is no image', next: 'Correct what is deployed, and deploy it anew.' }],
  ['release', { name: 'Release', about: 'The release command runs once.', failed: 'The release command failed', next: 'What it wrote is in the log below.' }],
  ['start', { name: 'Start', about: 'New units are started.', failed: 'Its units could not be started', next: 'Try again; if it stays, ask whoever looks after the pool.' }],
  ['health', { name: 'Health', about: 'Until every new unit is ready.', failed: 'Its units did not get ready', next: 'What they wrote last is in the log below.' }],
  ['route', { name: 'Route', about: 'Requests go to the new units.', failed: 'Requests could not be led to it', next: 'Try again; if it stays, ask whoever looks after the pool.' }],
  ['drain', { name: 'Drain', about: 'The old units end what they began.', failed: 'The units of before could not be taken away', next: 'Try again.' }],
]

/** What it means that a deploy failed at a step, and what to do. */
export function failureAt(step: Schema<'DeployStep'>): Pick<StepWords, 'failed' | 'next'> {
  return STEPS.find(([key]) => key === step)?.[1] ?? { failed: `It failed at the step ${step}`, next: 'Look at its log.' }
}

/** The way of a deploy, and where on it it stands or ended. */
export function stepsOf({ attributes }: Pick<Deploy, 'attributes'>): readonly Step[] {
  const { step, status } = attributes
  const at = STEPS.findIndex(([key]) => key === step)
  return STEPS.map(([key, { name, about }], index) => {
    if (status === 'deployed' || index < at) return { key, name, icon: 'ok', tone: 'success', place: 'done' }
    if (index > at) return { key, name, icon: status === 'running' ? 'todo' : 'never', tone: 'neutral', place: 'todo' }
    if (status === 'failed') return { key, name, icon: 'failed', tone: 'danger', place: 'now', detail: 'It failed here.' }
    if (status === 'canceled') return { key, name, icon: 'canceled', tone: 'neutral', place: 'now', detail: 'It was canceled here.' }
    return { key, name, icon: 'running', tone: 'info', place: 'now', detail: about }
  })
}

/** What it deploys, for a list: what somebody said about it, or where it comes from. */
export function deployTitle({ attributes }: Pick<Deploy, 'attributes'>): string {
  return attributes.message || shortImage(attributes.origin) || KINDS[attributes.kind]
}

/** Why it cannot be canceled now, whoever asks; null when it can. */
export function noCancel({ attributes }: Pick<Deploy, 'attributes'>): string | null {
  if (attributes['is-cancel-requested']) return 'Somebody asked for it already.'
  return attributes.step === 'drain' ? 'Its units take the requests already. Roll back instead.' : null
}
