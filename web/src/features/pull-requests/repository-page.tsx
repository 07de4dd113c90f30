// The pull requests of a repository that were planned here.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Skeleton } from '@/ui/skeleton'
import { pullRequestsOf } from './group'
import { PullRequestList } from './list'
import { NoPullRequests, OnlyNewest } from './none'

export default function RepositoryPullRequests() {
  const organization = useOrganization()
  const repository = useParam('repository')
  const { attributes } = useSuspenseQuery(get('/api/v2/repositories/{repository}', { params: { path: { repository } } })).data.data
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/runs', { params: { path: { organization }, query: { include: 'workspace', 'page[size]': 100 } } }),
  )
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={160} />
  const requests = attributes['web-url'] ? pullRequestsOf(data, attributes['web-url']) : []
  return (
    <>
      {requests.length === 0 ? <NoPullRequests name={attributes['full-name']} /> : <PullRequestList organization={organization} requests={requests} />}
      <OnlyNewest meta={data.meta} of={organization} />
    </>
  )
}
