// What the pages of projects read.
import { get, type ResourceOf } from '@/api/query'

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

/** Whether a set was given to the project. */
export function isGivenTo(set: ResourceOf<'VariableSet'>, projectId: string): boolean {
  const linkage = set.relationships?.['projects']?.data
  return Array.isArray(linkage) && linkage.some(({ id }) => id === projectId)
}
