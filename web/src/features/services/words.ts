// Services in words; pure.
import { objectWord } from '@/lib/objects'
import { namesText, parsedNames } from '@/lib/named-outputs'
import { command, quoted } from '@/lib/shell'
import type { StatusWord } from '@/ui/status-list'
import type { Impact, Instance, Service } from './queries'

/** How it is, in one word. */
export function statusOf({ attributes }: Pick<Instance, 'attributes'>): StatusWord<'instance'> {
  const { resource, 'is-leaving': isLeaving } = attributes
  if (isLeaving) return 'leaving'
  if (!resource) return 'hidden'
  return resource['is-changing'] ? 'changing' : resource.state
}

/** Why nothing can be bound to it any more; null when it can. */
export function noBind({ attributes }: Pick<Instance, 'attributes'>): string | null {
  return attributes['is-leaving'] ? 'It is being destroyed.' : null
}

/** `web`, `web and worker`, `web, worker and 3 more`. */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** Who is bound to it, by name. */
export function boundTo({ attributes: { apps, jobs } }: Pick<Instance, 'attributes'>): readonly string[] {
  return [...apps, ...jobs.map((job) => `job ${job}`)]
}

/** Why it cannot be deleted now: what is bound to it would break; null when nothing is. */
export function wouldBreak(name: string, bound: readonly string[]): string | null {
  if (bound.length === 0) return null
  return `${listed(bound)} ${bound.length === 1 ? 'is' : 'are'} bound to ${name} and would lose its values. Unbind ${bound.length === 1 ? 'it' : 'them'} there first.`
}

/** What else depends on it, in a sentence; null where nothing does. */
export function alsoDepending({ affected }: Pick<Impact, 'affected'>, bound: readonly string[]): string | null {
  const others = affected.filter(({ kind, name }) => !bound.includes(kind === 'job' ? `job ${name}` : kind === 'app' ? name : ''))
  if (others.length === 0) return null
  return `${listed(others.map(({ kind, name }) => `${objectWord(kind)} ${name}`))} ${others.length === 1 ? 'depends' : 'depend'} on it, too.`
}

export interface Offer {
  readonly name: string
  /** The key of a template. */
  readonly template: string
  readonly description: string
  /** `output=VARIABLE`, one in each line; empty for what the template says. */
  readonly outputs: string
  /** Ids; none for all of them. */
  readonly projects: readonly string[]
}

export const BLANK: Offer = { name: '', template: '', description: '', outputs: '', projects: [] }

export function offerOf({ attributes }: Pick<Service, 'attributes'>): Offer {
  const { name, template, description, outputs, projects } = attributes
  return { name, template, description, outputs: namesText(outputs), projects }
}

/** What is wrong with it, by field. */
export function offerProblems({ name, template, outputs }: Offer): Partial<Record<keyof Offer, string>> {
  return {
    ...(!name.trim() && { name: 'Give it a name.' }),
    ...(!template && { template: 'Choose a template.' }),
    ...(parsedNames(outputs) === null && { outputs: 'Write output=VARIABLE in each line.' }),
  }
}

/** What differs from what there was; all of it for a new one. */
export function offered(before: Offer, { description, outputs, projects }: Offer) {
  return {
    ...(description.trim() !== before.description && { description: description.trim() }),
    ...(outputs.trim() !== before.outputs && { outputs: parsedNames(outputs) ?? {} }),
    ...(JSON.stringify(projects) !== JSON.stringify(before.projects) && { projects: [...projects] }),
  }
}

/** The same from a terminal; `names` are those of projects, by id. */
export function offerCommand(before: Offer | null, offer: Offer, names: ReadonlyMap<string, string>): string {
  const { description, outputs, projects } = offered(before ?? BLANK, offer)
  const given = Object.entries(outputs ?? {})
  return command(
    `slipway service ${before ? 'update' : 'create'} ${quoted(offer.name.trim() || 'NAME')}`,
    !before && `--template ${quoted(offer.template || 'TEMPLATE')}`,
    description !== undefined && `--description ${quoted(description)}`,
    ...given.map(([output, variable]) => `--give ${quoted(`${output}=${variable}`)}`),
    before && outputs && given.length === 0 && '--give-as-template',
    ...(projects ?? []).map((project) => `--for-project ${quoted(names.get(project) ?? project)}`),
    before && projects?.length === 0 && '--for-all-projects',
  )
}
