// The pull requests of a repository.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useOrganization, useParam, useSearchState } from '@/lib/search'
import type { PullRequest } from './parts'
import { refusalOf, workspacesOf } from './refusal'
import { filtersOf, parsePullRequests } from './search'
import { Shown } from './shown'

export default function RepositoryPullRequests() {
  const organization = useOrganization()
  const repository = useParam('repository')
  const [search] = useSearchState(parsePullRequests)
  const { attributes } = useSuspenseQuery(get('/api/v2/repositories/{repository}', { params: { path: { repository } } })).data.data
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/repositories/{repository}/pull-requests', { params: { path: { repository }, query: filtersOf(search) } }),
    placeholderData: (before) => before,
  })
  const workspaces = useQuery(workspacesOf(organization, repository)).data?.data
  return (
    <Shown
      organization={organization}
      name={attributes['full-name']}
      requests={data?.data as readonly PullRequest[] | undefined}
      meta={data?.meta}
      error={error && toApiError(error)}
      onRetry={() => void refetch()}
      command={`slipway pull-request list --repo ${attributes['full-name']}`}
      refusal={refusalOf(workspaces)}
    />
  )
}
