// An order from a service: a resource of its template, under a name that apps are bound to.
import { call, get, stale } from '@/api/query'
import { quoted } from '@/lib/shell'
import type { Names } from '../words'
import { continued, orderOf, setText, type Values } from './values'

export interface ServiceOrdered {
  readonly name: string
  /** Ids of those in which it can be ordered; none for all. */
  readonly projects: readonly string[]
}

export const ORDER_INSTANCE = 'service-instance.create'

const INSTANCES = '/api/v2/organizations/{organization}/service-instances'

export const staleInstances = [stale(INSTANCES)]

export const serviceBy = (service: string) => get('/api/v2/services/{service}', { params: { path: { service } } })

/** The id of what was ordered. */
export async function orderFrom(organization: string, { name: service }: ServiceOrdered, values: Values): Promise<string> {
  const { project, description, parents, integrations, values: given, reason, 'auto-apply': auto } = orderOf('', values)
  const attributes = { service, name: values.name.trim(), ...(project && { project }), description, parents, integrations, values: given, reason, 'auto-apply': auto }
  const { data } = await call('post', INSTANCES, { params: { path: { organization } }, body: { data: { type: 'service-instances', attributes: attributes as never } } })
  return data.id
}

/** Those in which it can be ordered. */
export function projectsFor<Project extends { readonly id: string }>(projects: readonly Project[], service: ServiceOrdered | undefined): readonly Project[] {
  if (!service || service.projects.length === 0) return projects
  return projects.filter(({ id }) => service.projects.includes(id))
}

/** The same from a terminal. */
export function instanceCommand(service: ServiceOrdered, values: Values, names: Names, secrets: ReadonlySet<string>): string {
  const named = (id: string) => quoted(names.get(id) ?? id)
  return continued(
    [
      `slipway service-instance create ${quoted(values.name.trim() || 'NAME')}`,
      `--service ${quoted(service.name)}`,
      values.project && `--in-project ${named(values.project)}`,
      ...values.parents.map((parent) => `--parent ${named(parent)}`),
      ...values.integrations.map((one) => `--integration ${named(one)}`),
      ...Object.entries(values.given).map(([name, value]) => `--value ${secrets.has(name) ? `${name}=…` : quoted(`${name}=${setText(value)}`)}`),
      values.description.trim() && `--description ${quoted(values.description.trim())}`,
      values.reason.trim() && `--reason ${quoted(values.reason.trim())}`,
      values.auto && '--auto-apply',
    ].filter((part): part is string => typeof part === 'string' && part !== ''),
  )
}
