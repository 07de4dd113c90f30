// The pull requests that concern a workspace.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useOrganization, useParam, useSearchState } from '@/lib/search'
import type { PullRequest } from './parts'
import { refusalOf } from './refusal'
import { filtersOf, parsePullRequests } from './search'
import { Shown } from './shown'

export default function WorkspacePullRequests() {
  const organization = useOrganization()
  const name = useParam('workspace')
  const [search] = useSearchState(parsePullRequests)
  const byName = get('/api/v2/organizations/{organization}/workspaces/{workspace}', { params: { path: { organization, workspace: name } } })
  const byId = get('/api/v2/workspaces/{workspace}', { params: { path: { workspace: name } } })
  const workspace = useSuspenseQuery(/^ws-[0-9a-z]{16}$/.test(name) ? byId : (byName as unknown as typeof byId)).data.data
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/pull-requests', {
      params: { path: { organization }, query: { 'filter[workspace]': workspace.id, ...filtersOf(search) } },
    }),
    placeholderData: (before) => before,
  })
  return (
    <Shown
      organization={organization}
      name={workspace.attributes.name}
      requests={data?.data as readonly PullRequest[] | undefined}
      meta={data?.meta}
      error={error && toApiError(error)}
      onRetry={() => void refetch()}
      command={`slipway pull-request list --of-workspace ${workspace.attributes.name}`}
      refusal={refusalOf([workspace])}
    />
  )
}
