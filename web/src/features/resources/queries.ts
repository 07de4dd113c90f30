// What the pages of resources read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

/** All that somebody decides about a resource: an order may leave parts of it out, an answer never does. */
type Specification = Required<Schema<'ResourceSpecification'>>

export type ResourceAttributes = Schema<'CatalogResource'> & Specification
export type Resource = Omit<ResourceOf<'CatalogResource'>, 'attributes'> & { readonly attributes: ResourceAttributes }
export type Change = ResourceOf<'ResourceChange'>
export type ChangeAttributes = Schema<'ResourceChange'>
export type Difference = Schema<'FieldDifference'>
/** A tag or a setting. */
export type Setting = Schema<'ResourceSetting'>
export type StaleReason = Schema<'StaleReason'>
/** Where a value is from. */
export type Origin = Schema<'ValueOrigin'>
/** The value that a variable has so far. */
export type Resolved = Schema<'ResolvedValue'>
/** What a form needs to ask for a resource. */
export type OrderForm = Schema<'ResourceForm'>
export type FormParent = Schema<'FormParent'>
export type FormIntegration = Schema<'FormIntegration'>
export type Tree = Schema<'ResourceTree'>
export type TreeNode = Schema<'ResourceNode'>
export type Output = Schema<'ResourceOutput'>
export type Revision = Schema<'ResourceRevision'>
/** What is sent to order one, or to have its form. */
export type Order = Schema<'NewCatalogResource'>
/** What an order would do, and nothing more. */
export type Check = Schema<'ResourceCheck'>
/** What was brought along with an order. */
export type Imported = Schema<'ResourceImported'>

export { useRefusal } from '@/api/allowed'

export const READ = 'resource.read'
export const CREATE = 'resource.create'
export const UPDATE = 'resource.update'
export const DESTROY = 'resource.destroy'
/** What bringing a state needs as well. */
export const WRITE_STATE = 'workspace.state.write'
export const APPROVE = 'resource.approve'

export const RESOURCES = '/api/v2/organizations/{organization}/resources'
export const RESOURCE = '/api/v2/resources/{resource}'
export const CHANGE = '/api/v2/resource-changes/{resource_change}'

type ListQuery = NonNullable<operations['list_resources']['parameters']['query']>
type ChangesQuery = NonNullable<operations['list_resource_changes']['parameters']['query']>

export const resourcesOf = (organization: string, query: ListQuery) => get(RESOURCES, { params: { path: { organization }, query } })

export const resourceBy = (resource: string) => get(RESOURCE, { params: { path: { resource } } })

/** The resource that the address names, with the version that `If-Match` wants. */
export function useOpenResource() {
  const organization = useOrganization()
  const id = useParam('resource')
  const { data } = useSuspenseQuery(resourceBy(id))
  return { organization, resource: data.data as Resource, etag: data.etag }
}

export const treeOf = (resource: string, direction: Tree['direction']) =>
  get('/api/v2/resources/{resource}/tree', { params: { path: { resource }, query: { direction } } })

export const outputsOf = (resource: string) => get('/api/v2/resources/{resource}/outputs', { params: { path: { resource } } })

export const revisionsOf = (resource: string, page: number) =>
  get('/api/v2/resources/{resource}/revisions', { params: { path: { resource }, query: { 'page[size]': 20, 'page[number]': page } } })

export const changesOf = (resource: string, page: number) =>
  get('/api/v2/resources/{resource}/changes', { params: { path: { resource }, query: { 'page[size]': 20, 'page[number]': page } } })

/** Of all resources of an organization. */
export const allChanges = (organization: string, query: ChangesQuery) =>
  get('/api/v2/organizations/{organization}/resource-changes', { params: { path: { organization }, query } })

export const changeBy = (change: string) => get(CHANGE, { params: { path: { resource_change: change } } })

/** The form of a resource that is there, while no change of it is open. Read anew by each page, never under somebody's hands. */
export const formOf = (resource: string) => ({ ...get('/api/v2/resources/{resource}/form', { params: { path: { resource } } }), staleTime: 0 })

export const projectsOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

export const templatesOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/templates', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[text]': search }) } },
  })

/** To choose one whose state is copied: what is managed by something of the catalog is there already. */
export const workspacesOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

/** A run with its plan, for the numbers. */
export const runWithPlan = (run: string) => get('/api/v2/runs/{run}', { params: { path: { run }, query: { include: 'plan' } } })

/** All that shows resources. */
export const staleResources = [
  stale(RESOURCES),
  stale(RESOURCE),
  stale('/api/v2/resources/{resource}/tree'),
  stale('/api/v2/resources/{resource}/outputs'),
  stale('/api/v2/resources/{resource}/revisions'),
  stale('/api/v2/resources/{resource}/changes'),
  stale('/api/v2/organizations/{organization}/resource-changes'),
  stale(CHANGE),
]
