// What the page of a workspace's version control reads.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Workspace = ResourceOf<'Workspace'>
export type Trigger = ResourceOf<'Trigger'>
export type Repository = ResourceOf<'Repository'>

/** The same query as the frame's, so that it is there already. */
export function useOpenWorkspace() {
  const organization = useOrganization()
  const workspace = useParam('workspace')
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } })
  const query = /^ws-[0-9a-z]{16}$/.test(workspace) ? byId : (byName as unknown as typeof byId)
  const { data } = useSuspenseQuery(query)
  return { organization, workspace: data.data as Workspace, etag: data.etag }
}

export const triggersOf = (workspace: string) =>
  get('/api/v2/workspaces/{workspace}/triggers', { params: { path: { workspace } } })

/** Repositories that are connected already. */
export const repositories = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/repositories', {
    params: { path: { organization }, query: { ...(search && { 'search[name]': search }), 'page[size]': 50 } },
  })

/** The integration that opens it; null for one that everybody may read. */
export function integrationOf({ relationships }: Repository): string | null {
  const linkage = relationships?.['integration']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}

/** Why something is not offered. */
export function needs(isAllowed: boolean, permission: string): string | null {
  return isAllowed ? null : `This needs ${permission} here, which none of your roles gives. The Access tab explains it.`
}

export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
