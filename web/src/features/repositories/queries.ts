// What the pages of repositories read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Repository = ResourceOf<'Repository'>
export type Root = ResourceOf<'RepositoryRoot'>
export type CommitRow = ResourceOf<'RepositoryCommit'>
export type RefRow = ResourceOf<'RepositoryRef'>

export const repositoryBy = (repository: string) => get('/api/v2/repositories/{repository}', { params: { path: { repository } } })

/** The repository that the address names. */
export function useOpenRepository() {
  const organization = useOrganization()
  const id = useParam('repository')
  const { data } = useSuspenseQuery(repositoryBy(id))
  return { organization, repository: data.data as Repository }
}

/** Directories of a branch, tag or commit that a workspace can run in. */
export const rootsOf = (repository: string, ref: string | undefined) =>
  get('/api/v2/repositories/{repository}/roots', {
    params: { path: { repository }, query: { ...(ref && { ref }), 'page[size]': 100 } },
  })

/** Workspaces that come from it. */
export const workspacesFrom = (organization: string, repository: string, page = 1) =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization }, query: { 'filter[repository][id]': repository, sort: 'name', 'page[size]': 100, 'page[number]': page } },
  })

export { forgesOf as forges } from '@/api/forges'

/** Why no workspace can be made anywhere in the organization; null when in some project one can. */
export function useRefusalToCreate(organization: string): string | null {
  const { data } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  if (data.data.attributes.permissions['can-create-workspace']) return null
  return `You need the permission workspace.create for this. Ask an administrator of ${organization}.`
}

/** The integration that opens it; null for one that everybody may read. */
export function integrationOf({ relationships }: Repository): string | null {
  const linkage = relationships?.['integration']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}
