// The outside systems that an organization works with: how each stands, and why.
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
import { Table } from '@/ui/table'
import { columns } from './columns'
import type { Integration } from './values'

const GROUPS = ['cloud', 'forge', 'chat'] as const

export const parseListSearch = (raw: Readonly<Record<string, unknown>>) => ({
  name: parameter.text(raw['name']),
  group: parameter.oneOf(raw['group'], GROUPS),
  page: parameter.page(raw['page']),
})

export default function Integrations() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('integration.read')
  const refusal = allowed.refusal('integration.manage')
  const [search, setSearch] = useSearchState(parseListSearch)
  const query = {
    ...(search.name && { 'search[name]': search.name }),
    ...(search.group && { 'filter[group]': search.group }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 50,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query } }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Integration[] | undefined
  const isFiltered = search.name !== undefined || search.group !== undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const to = addresses.integration(organization, 'new')
  const add = refusal ? (
    <Button look="primary" icon="plus" disabledReason={refusal}>
      New integration
    </Button>
  ) : (
    <LinkButton look="primary" icon="plus" to={to}>
      New integration
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Integrations"
        count={data?.meta?.pagination['total-count']}
        meta="Git forges, clouds and chats. Each is connected once, and used by many workspaces from then on."
        actions={isEmpty ? undefined : add}
      />
      {!isEmpty && (
        <FilterBar
          filters={[
            {
              name: 'group',
              title: 'What',
              options: [
                { value: 'forge', text: 'Git forges' },
                { value: 'cloud', text: 'Clouds and services' },
                { value: 'chat', text: 'Chats' },
              ],
            },
          ]}
          text={{ name: 'name', placeholder: 'Filter by name' }}
          values={{ name: search.name, group: search.group }}
          onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Integrations"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.integration(organization, id)}
          columns={columns(organization)}
          isOff={({ attributes }) => !attributes['is-enabled']}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState
                title="No integration is like that"
                action={<Button onClick={() => void setSearch({ name: undefined, group: undefined, page: undefined })}>Show all</Button>}
              >
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState
                title={`${organization} is connected to nothing yet`}
                action={add}
                command={<Command text="slipway integration create gitea forge --set url=https://gitea.example.com --secret token" />}
              >
                Connect your Git forge, and a push plans what it changes; connect a cloud, and runs get credentials without anybody copying
                keys around.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}
