// What the pages of resources read, in one place, so that the same question is asked once.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { QueryKey } from '@tanstack/react-query'
import { get } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'
import {
  type ChangeAttributes,
  type Many,
  type One,
  type OrderForm,
  type Output,
  read,
  type Resource,
  type ResourceAttributes,
  type Revision,
  type Tree,
} from './wire'

export const READ = 'resource.read'
export const CREATE = 'resource.create'
export const UPDATE = 'resource.update'
export const DESTROY = 'resource.destroy'
export const APPROVE = 'resource.approve'

export const RESOURCES = '/api/v2/organizations/{organization}/resources'
export const RESOURCE = '/api/v2/resources/{resource}'
export const CHANGE = '/api/v2/resource-changes/{resource_change}'

export const resourcesOf = (organization: string, query: Readonly<Record<string, unknown>>) =>
  read<Many<ResourceAttributes>>(RESOURCES, { path: { organization }, query })

export const resourceBy = (resource: string) => read<One<ResourceAttributes>>(RESOURCE, { path: { resource } })

/** The resource that the address names, with the version that `If-Match` wants. */
export function useOpenResource() {
  const organization = useOrganization()
  const id = useParam('resource')
  const { data } = useSuspenseQuery(resourceBy(id))
  return { organization, resource: data.data as Resource, etag: data.etag }
}

export const treeOf = (resource: string, direction: Tree['direction']) =>
  read<One<Tree>>(`${RESOURCE}/tree`, { path: { resource }, query: { direction } })

export const outputsOf = (resource: string) =>
  read<One<{ outputs: readonly Output[] }>>(`${RESOURCE}/outputs`, { path: { resource } })

export const revisionsOf = (resource: string, page: number) =>
  read<Many<Revision>>(`${RESOURCE}/revisions`, { path: { resource }, query: { 'page[size]': 20, 'page[number]': page } })

export const changesOf = (resource: string, page: number) =>
  read<Many<ChangeAttributes>>(`${RESOURCE}/changes`, { path: { resource }, query: { 'page[size]': 20, 'page[number]': page } })

/** Of all resources of an organization. */
export const allChanges = (organization: string, query: Readonly<Record<string, unknown>>) =>
  read<Many<ChangeAttributes>>('/api/v2/organizations/{organization}/resource-changes', { path: { organization }, query })

export const changeBy = (change: string) => read<One<ChangeAttributes>>(CHANGE, { path: { resource_change: change } })

/** The form of a resource that is there, while no change of it is open. Read anew by each page, never under somebody's hands. */
export const formOf = (resource: string) => ({ ...read<One<OrderForm>>(`${RESOURCE}/form`, { path: { resource } }), staleTime: 0 })

export const projectsOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

export const templatesOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/templates', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[text]': search }) } },
  })

/** A run with its plan, for the numbers. */
export const runWithPlan = (run: string) => get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'plan' } } })

/** Why the caller may not do it in that project; null when he may, and until it is known. */
export function useRefusal(organization: string, project: string, permission: string): string | null {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/access-explanations', {
      params: { path: { organization }, query: { permission, ...(project && { scope: project }) } },
    }),
  )
  const isAllowed = data?.data[0]?.attributes['is-allowed'] ?? true
  return isAllowed ? null : `This needs ${permission} in its project, which none of your roles gives. Ask who administers it.`
}

/** All that shows resources. */
export const staleResources: readonly QueryKey[] = [
  [RESOURCES],
  [RESOURCE],
  [`${RESOURCE}/tree`],
  [`${RESOURCE}/outputs`],
  [`${RESOURCE}/revisions`],
  [`${RESOURCE}/changes`],
  ['/api/v2/organizations/{organization}/resource-changes'],
  [CHANGE],
]
