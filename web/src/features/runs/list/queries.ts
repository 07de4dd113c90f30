// Lists of runs, with the names of the workspaces they are of.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { relatedId, workspaceOf } from '../run/queries'
import type { RunRow } from './runs-table'
import { type RunsSearch, statusesOf } from './search'

export const PAGE_SIZE = 50

/** One page of all runs of an organization. */
export function useRuns(organization: string, search: RunsSearch) {
  const workspace = useQuery({ ...workspaceOf(organization, search.workspace ?? ''), enabled: search.workspace !== undefined })
  const query = {
    'filter[status]': statusesOf(search.status),
    'filter[workspace][id]': workspace.data?.data.id,
    'filter[created-by][id]': search.by,
    'filter[for-me]': search.mine ? 'confirm' : undefined,
    include: 'workspace',
    'page[number]': search.page,
    'page[size]': PAGE_SIZE,
  }
  const list = useQuery({
    ...get('/api/v2/organizations/{organization}/runs', { params: { path: { organization }, query } }),
    // A workspace of the address that is not there shows no runs of others.
    enabled: search.workspace === undefined || workspace.data !== undefined,
    placeholderData: keepPreviousData,
  })
  return { ...list, error: workspace.error ?? list.error, rows: list.data && rowsOf(list.data) }
}

/** One page of the runs of a workspace. */
export function useWorkspaceRuns(workspace: string | undefined, search: RunsSearch) {
  const query = {
    'filter[status]': statusesOf(search.status),
    'filter[created-by][id]': search.by,
    include: 'workspace',
    'page[number]': search.page,
    'page[size]': PAGE_SIZE,
  }
  const list = useQuery({
    ...get('/api/v2/workspaces/{workspace}/runs', { params: { path: { workspace: workspace ?? '' }, query } }),
    enabled: workspace !== undefined,
    placeholderData: keepPreviousData,
  })
  return { ...list, rows: list.data && rowsOf(list.data) }
}

interface RunList {
  readonly data: readonly ResourceOf<'Run'>[]
  readonly included?: readonly unknown[]
}

function rowsOf({ data, included = [] }: RunList): readonly RunRow[] {
  const workspaces = (included as readonly ResourceOf<'Workspace'>[]).filter((resource) => resource.type === 'workspaces')
  const names = new Map(workspaces.map((workspace) => [workspace.id, workspace.attributes.name]))
  return data.map((run) => ({ ...run, workspaceName: names.get(relatedId(run, 'workspace')) ?? null }))
}
