// What the pages of workspaces read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

/** A workspace as lists and pages have it. */
export type WorkspaceRow = ResourceOf<'Workspace'>

/** Links may carry the id, which stays when the name changes. */
const ID = /^ws-[0-9a-z]{16}$/

/** One workspace, by its name or its id. */
export function workspaceBy(organization: string, workspace: string) {
  return get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })
}

const workspaceById = (workspace: string) => get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } })

/** The query of the workspace that the address names. */
export function openWorkspace(organization: string, workspace: string) {
  return ID.test(workspace) ? workspaceById(workspace) : workspaceBy(organization, workspace)
}

/** The workspace that the address names, with the version that `If-Match` wants. */
export function useOpenWorkspace() {
  const organization = useOrganization()
  const name = useParam('workspace')
  // Both queries answer with the same document.
  const { data } = useSuspenseQuery(openWorkspace(organization, name) as ReturnType<typeof workspaceById>)
  return { organization, workspace: data.data, etag: data.etag }
}

/** Projects to choose from: the first hundred by name, or those with `search` in it. */
export const projects = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

export const project = (id: string) => get('/api/v2/projects/{project}', { params: { path: { project: id } } })

/** Pools whose runners a workspace may use. */
export const pools = (organization: string) =>
  get('/api/v2/organizations/{organization}/agent-pools', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const run = (id: string) => get('/api/v2/runs/{run}', { params: { path: { run: id }, query: { include: 'plan' } } })

export const currentState = (workspace: string) =>
  get('/api/v2/workspaces/{workspace}/current-state-version', { params: { path: { workspace } } })

/** The id at the other side of a relationship with one. */
export function related(resource: Pick<ResourceOf<'Run'>, 'relationships'>, name: string): string | null {
  const linkage = resource.relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}

/** A relationship to one, for requests. */
export const toOne = (type: string, id: string | null) => ({ data: id === null ? null : { type, id } })
