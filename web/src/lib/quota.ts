// Quotas: how many apps and units there may be of an organization, of a project, of an app.
import { queryOptions } from '@tanstack/react-query'
import { call, type Schema, stale } from '@/api/query'
import { command, quoted } from './shell'

/** What is limited. Organizations by their names, the others by their ids. */
export interface Limited {
  readonly kind: 'organization' | 'project' | 'app'
  readonly id: string
  readonly name: string
}

export type Quota = Schema<'AppQuota'>

const PATHS = {
  organization: '/api/v2/organizations/{organization}/app-quota',
  project: '/api/v2/projects/{project}/app-quota',
  app: '/api/v2/apps/{app}/quota',
} as const

/** What it may have, and has. */
export const quotaOf = ({ kind, id }: Limited) =>
  queryOptions({
    queryKey: [PATHS[kind], { [kind]: id }],
    queryFn: ({ signal }) => {
      if (kind === 'project') return call('get', PATHS.project, { params: { path: { project: id } }, signal })
      if (kind === 'app') return call('get', PATHS.app, { params: { path: { app: id } }, signal })
      return call('get', PATHS.organization, { params: { path: { organization: id } }, signal })
    },
  })

/** Sets limits; null is as many as wanted. */
export function setQuota({ kind, id }: Limited, attributes: Schema<'AppQuotaChanges'>) {
  const body = { data: { type: 'app-quotas', attributes } }
  if (kind === 'project') return call('patch', PATHS.project, { params: { path: { project: id } }, body })
  if (kind === 'app') return call('patch', PATHS.app, { params: { path: { app: id } }, body })
  return call('patch', PATHS.organization, { params: { path: { organization: id } }, body })
}

export const staleQuotas = [stale(PATHS.organization), stale(PATHS.project), stale(PATHS.app)]

export interface QuotaValues {
  /** Empty for as many as wanted, as the other. */
  readonly apps: string
  readonly units: string
}

export const quotaValues = ({ apps, units }: Pick<Quota, 'apps' | 'units'>): QuotaValues => ({ apps: apps?.toString() ?? '', units: units?.toString() ?? '' })

export function quotaProblems({ apps, units }: QuotaValues): Partial<Record<keyof QuotaValues, string>> {
  const isWrong = (text: string) => !/^\d*$/.test(text.trim())
  const detail = 'Write a whole number, or nothing for as many as wanted.'
  return { ...(isWrong(apps) && { apps: detail }), ...(isWrong(units) && { units: detail }) }
}

/** What differs. */
export function quotaChanges(before: QuotaValues, after: QuotaValues): Schema<'AppQuotaChanges'> {
  const has = (name: keyof QuotaValues) => before[name].trim() !== after[name].trim()
  const limit = (text: string) => (text.trim() === '' ? null : Number(text))
  return { ...(has('apps') && { apps: limit(after.apps) }), ...(has('units') && { units: limit(after.units) }) }
}

/** The same from a terminal. */
export function quotaCommand({ kind, name }: Limited, { apps, units }: Schema<'AppQuotaChanges'>): string {
  const of = kind === 'organization' ? null : `--${kind} ${quoted(name)}`
  return command('slipway quota set', of, apps !== undefined && `--apps ${apps ?? 'none'}`, units !== undefined && `--units ${units ?? 'none'}`)
}
