// The repositories that an organization uses: how each stands, and when it was last looked at.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { statuses } from '@/ui/status-list'
import { Table } from '@/ui/table'
import type { Repository } from '../queries'
import { columns } from './columns'

const STATUSES = Object.entries(statuses.repository).map(([value, { word }]) => ({ value, text: word }))

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({
  name: parameter.text(raw['name']),
  status: parameter.oneOf(raw['status'], Object.keys(statuses.repository)),
  page: parameter.page(raw['page']),
})

export default function Repositories() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('repository.read')
  const refusal = allowed.refusal('integration.use')
  const [search, setSearch] = useSearchState(parseSearch)
  const query = {
    ...(search.name && { 'search[name]': search.name }),
    ...(search.status && { 'filter[status]': search.status }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 50,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/repositories', { params: { path: { organization }, query } }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Repository[] | undefined
  const isFiltered = search.name !== undefined || search.status !== undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const connect = refusal ? (
    <Button look="primary" icon="plus" disabledReason={refusal}>
      Connect a repository
    </Button>
  ) : (
    <LinkButton look="primary" icon="plus" to={`${addresses.repositories(organization)}/connect`}>
      Connect a repository
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Repositories"
        count={data?.meta?.pagination['total-count']}
        meta="Git repositories that workspaces come from. Each is fetched once for all of them."
        actions={isEmpty ? undefined : connect}
      />
      {!isEmpty && (
        <FilterBar
          filters={[{ name: 'status', title: 'Health', options: STATUSES }]}
          text={{ name: 'name', placeholder: 'Filter by name' }}
          values={{ name: search.name, status: search.status }}
          onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Repositories"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.repository(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={6}
          empty={
            isFiltered ? (
              <EmptyState
                title="No repository is like that"
                action={<Button onClick={() => void setSearch({ name: undefined, status: undefined, page: undefined })}>Show all</Button>}
              >
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState
                title={`No repositories in ${organization} yet`}
                action={connect}
                command={<Command text="slipway workspace create shop --repo platform/infra --dir shop" />}
              >
                Connect one, and workspaces come from its directories: a push plans what it changes, a pull request shows the plan before it is
                merged.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}
