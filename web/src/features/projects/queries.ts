// What the pages of projects read.
import { get, type ResourceOf, stale } from '@/api/query'

export type ProjectRow = ResourceOf<'Project'>

export const PAGE_SIZE = 50

export const project = (id: string) => get('/api/v2/projects/{project}', { params: { path: { project: id } } })

export const projects = (organization: string, { q, page }: { q?: string | undefined; page?: number | undefined }) =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': PAGE_SIZE, 'page[number]': page ?? 1, ...(q && { 'search[name]': q }) } },
  })

/** The project's workspaces, changed last first. */
export const workspacesOf = (organization: string, projectId: string, page: number) =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: {
      path: { organization },
      query: { 'filter[project][id]': projectId, sort: '-latest-change-at', 'page[size]': PAGE_SIZE, 'page[number]': page },
    },
  })

/** The sets of the organization: a set says itself what it was given to. */
export const variableSets = (organization: string) =>
  get('/api/v2/organizations/{organization}/varsets', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** The rules of the organization and of its projects, as far as the caller may see them. */
export const approvalRules = (organization: string) =>
  get('/api/v2/organizations/{organization}/approval-rules', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** What the project says about its resources. */
export const catalogRules = (projectId: string) => get('/api/v2/projects/{project}/catalog-rules', { params: { path: { project: projectId } } })

export const staleCatalogRules = stale('/api/v2/projects/{project}/catalog-rules')

/** Whether the caller may make and change rules of the project. */
export const mayManageRules = (organization: string, projectId: string) =>
  get('/api/v2/organizations/{organization}/access-explanations', {
    params: { path: { organization }, query: { permission: 'approval-rule.manage', scope: projectId } },
  })

/** Whether a set was given to the project. */
export function isGivenTo(set: ResourceOf<'VariableSet'>, projectId: string): boolean {
  const linkage = set.relationships?.['projects']?.data
  return Array.isArray(linkage) && linkage.some(({ id }) => id === projectId)
}
