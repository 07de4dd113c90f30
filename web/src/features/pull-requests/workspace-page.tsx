// The pull requests that were planned in a workspace.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Skeleton } from '@/ui/skeleton'
import { pullRequestsOf } from './group'
import { PullRequestList } from './list'
import { NoPullRequests, OnlyNewest } from './none'

export default function WorkspacePullRequests() {
  const organization = useOrganization()
  const name = useParam('workspace')
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace: name } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace: name } } })
  const workspace = useSuspenseQuery(/^ws-[0-9a-z]{16}$/.test(name) ? byId : (byName as unknown as typeof byId)).data.data
  const { data, error, refetch } = useQuery(
    get('/api/v2/workspaces/{workspace}/runs', { params: { path: { workspace: workspace.id }, query: { include: 'workspace', 'page[size]': 100 } } }),
  )
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={160} />
  const requests = pullRequestsOf(data, null)
  return (
    <>
      {requests.length === 0 ? <NoPullRequests name={workspace.attributes.name} /> : <PullRequestList organization={organization} requests={requests} />}
      <OnlyNewest meta={data.meta} of={workspace.attributes.name} />
    </>
  )
}
