// What the tab of states reads.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type StateRow = ResourceOf<'StateVersion'>

/** The same query as the frame's, so that it is there already. */
export function useOpenWorkspace() {
  const organization = useOrganization()
  const workspace = useParam('workspace')
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } })
  const query = /^ws-[0-9a-z]{16}$/.test(workspace) ? byId : (byName as unknown as typeof byId)
  return { organization, workspace: useSuspenseQuery(query).data.data }
}

export const PAGE_SIZE = 30

export const versions = (workspace: string, page: number) =>
  get('/api/v2/workspaces/{workspace}/state-versions', {
    params: { path: { workspace }, query: { 'page[size]': PAGE_SIZE, 'page[number]': page } },
  })

export const version = (state_version: string) =>
  get('/api/v2/state-versions/{state_version}', { params: { path: { state_version } } })

/** What differs; without `from` since the version before. */
export const difference = (state_version: string, from: string | undefined) =>
  get('/api/v2/state-versions/{state_version}/diff', { params: { path: { state_version }, query: { ...(from && { from }) } } })

/** The id at the other side of a relationship with one. */
export function related(resource: Pick<StateRow, 'relationships'>, name: string): string | null {
  const linkage = resource.relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : null
}

/** Why states cannot be read or changed; null where they can. */
export function needs(isAllowed: boolean, permission: string): string | null {
  return isAllowed ? null : `This needs ${permission} here, which none of your roles gives. The Access tab explains it.`
}
