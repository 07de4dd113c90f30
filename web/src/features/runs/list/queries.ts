// Lists of runs, with the names of the workspaces they are of.
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { relatedId } from '../run/queries'
import type { RunRow } from './runs-table'
import { type RunsSearch, statusesOf } from './search'

export const PAGE_SIZE = 50

/** One page of all runs of an organization. */
export function useRuns(organization: string, search: RunsSearch) {
  const query = {
    'filter[status]': statusesOf(search.status),
    'page[number]': search.page,
    'page[size]': PAGE_SIZE,
  }
  const list = useQuery({
    ...get('/api/v2/organizations/{organization}/runs', { params: { path: { organization }, query } }),
    placeholderData: keepPreviousData,
  })
  const runs = list.data?.data
  const names = useWorkspaceNames(runs?.map((run) => relatedId(run, 'workspace')) ?? [])
  const rows = runs?.map((run): RunRow => ({ ...run, workspaceName: names.get(relatedId(run, 'workspace')) ?? null }))
  return { ...list, rows: names.isReady ? rows : undefined }
}

/** One page of the runs of a workspace. */
export function useWorkspaceRuns(workspace: { readonly id: string; readonly name: string } | undefined, search: RunsSearch) {
  const query = { 'filter[status]': statusesOf(search.status), 'page[number]': search.page, 'page[size]': PAGE_SIZE }
  const list = useQuery({
    ...get('/api/v2/workspaces/{workspace}/runs', { params: { path: { workspace: workspace?.id ?? '' }, query } }),
    enabled: workspace !== undefined,
    placeholderData: keepPreviousData,
  })
  return { ...list, rows: list.data?.data.map((run): RunRow => ({ ...run, workspaceName: workspace?.name ?? null })) }
}

/** The names of workspaces by id; each is read once. */
function useWorkspaceNames(ids: readonly string[]) {
  const distinct = [...new Set(ids)].filter((id) => id !== '')
  const found = useQueries({
    queries: distinct.map((workspace) => ({
      ...get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } }),
      staleTime: 10 * 60_000,
      retry: false,
    })),
  })
  const names = new Map(distinct.map((id, at) => [id, found[at]?.data?.data.attributes.name]))
  return Object.assign(names, { isReady: found.every((one) => !one.isPending) })
}
