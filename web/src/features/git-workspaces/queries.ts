// What the pages of git workspaces read, in one place.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type GitWorkspace = ResourceOf<'GitWorkspace'>
export type Member = ResourceOf<'GitWorkspaceResource'>

export const READ = 'git-workspace.read'
export const CREATE = 'git-workspace.create'
export const UPDATE = 'git-workspace.update'
export const DELETE = 'git-workspace.delete'

/** The git workspace that the address names, with the version that `If-Match` wants. */
export function useOpenGitWorkspace() {
  const organization = useOrganization()
  const id = useParam('gitWorkspace')
  const { data } = useSuspenseQuery(get('/api/v2/git-workspaces/{git_workspace}', { params: { path: { git_workspace: id } } }))
  return { organization, workspace: data.data as GitWorkspace, etag: data.etag }
}

/** Resources whose code is in it, or shall be. */
export const membersOf = (workspace: string, page: number) =>
  get('/api/v2/git-workspaces/{git_workspace}/resources', {
    params: { path: { git_workspace: workspace }, query: { 'page[size]': 50, 'page[number]': page } },
  })

export const staleGitWorkspaces = [
  stale('/api/v2/organizations/{organization}/git-workspaces'),
  stale('/api/v2/git-workspaces/{git_workspace}'),
  stale('/api/v2/git-workspaces/{git_workspace}/resources'),
]
