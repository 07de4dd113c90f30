// What the pages of schedules read, and what a schedule is called.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Workspace = ResourceOf<'Workspace'>
export type Schedule = ResourceOf<'Schedule'>
export type Outcome = Schema<'ScheduleOutcome'>

/** The same query as the frame's, so that it is there already. */
export function useOpenWorkspace() {
  const organization = useOrganization()
  const workspace = useParam('workspace')
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } })
  const query = /^ws-[0-9a-z]{16}$/.test(workspace) ? byId : (byName as unknown as typeof byId)
  return { organization, workspace: useSuspenseQuery(query).data.data as Workspace }
}

export const schedulesOf = (workspace: string) =>
  get('/api/v2/workspaces/{workspace}/schedules', { params: { path: { workspace } } })

export const oneSchedule = (schedule: string) => get('/api/v2/schedules/{schedule}', { params: { path: { schedule } } })

/** Said where somebody may not make or change schedules. */
export const MANAGE = 'schedule.manage'

/** All that shows schedules. */
export const staleSchedules = [
  stale('/api/v2/workspaces/{workspace}/schedules'),
  stale('/api/v2/executors/{executor}/schedules'),
  stale('/api/v2/resources/{resource}/schedules'),
  stale('/api/v2/organizations/{organization}/schedules'),
  stale('/api/v2/schedules/{schedule}'),
]
