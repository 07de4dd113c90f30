// The webhook of a repository, and what was delivered to it.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useParam, useSearchState } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Stack } from '@/ui/layout'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { statuses } from '@/ui/status-list'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { Hook } from './hook'
import { HANDLED_SOON_MS, useRedeliver } from './redeliver'

const STATES = Object.entries(statuses.delivery).map(([value, { word }]) => ({ value, text: word }))

const EVENTS = [
  { value: 'push', text: 'Push' },
  { value: 'pull-request', text: 'Pull request' },
  { value: 'comment', text: 'Comment' },
  { value: 'release', text: 'Release' },
  { value: 'renamed', text: 'Renamed' },
  { value: 'deleted', text: 'Deleted' },
  { value: 'ping', text: 'Ping' },
]

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({
  event: parameter.text(raw['event']),
  state: parameter.oneOf(raw['state'], Object.keys(statuses.delivery)),
  page: parameter.page(raw['page']),
})

export default function WebhookPage() {
  const organization = useOrganization()
  const repository = useParam('repository')
  const allowed = useAllowed(organization)
  const refusal = allowed.refusal('webhook.manage')
  const unseen = allowed.refusal('webhook.read')
  return (
    <Stack gap={4}>
      <Hook organization={organization} repository={repository} refusal={refusal} />
      <Section title="Deliveries" about="What the forge told, newest first. Each is kept with its body, and can be handled again.">
        {unseen ? (
          <Alert tone="neutral" icon="lock" title="You may not look at deliveries">
            {unseen}
          </Alert>
        ) : (
          <Deliveries organization={organization} repository={repository} refusal={refusal} />
        )}
      </Section>
    </Stack>
  )
}

interface DeliveriesProps {
  organization: string
  repository: string
  /** Why nothing may be handled again. */
  refusal: string | null
}

function Deliveries({ organization, repository, refusal }: DeliveriesProps) {
  const [search, setSearch] = useSearchState(parseSearch)
  const query = {
    ...(search.event && { 'filter[event]': search.event }),
    ...(search.state && { 'filter[state]': search.state }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 50,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/repositories/{repository}/deliveries', { params: { path: { repository }, query } }),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => (state.data?.data.some(({ attributes }) => attributes.state === 'received') ? HANDLED_SOON_MS : false),
  })
  const again = useRedeliver()
  const rows = data?.data as readonly ResourceOf<'WebhookDelivery'>[] | undefined
  const isFiltered = search.event !== undefined || search.state !== undefined
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  return (
    <>
      {again.error && <ErrorNotice error={toApiError(again.error)} />}
      {(isFiltered || rows?.length !== 0) && (
        <FilterBar
          filters={[
            { name: 'event', title: 'Event', options: EVENTS },
            { name: 'state', title: 'State', options: STATES },
          ]}
          values={{ event: search.event, state: search.state }}
          onChange={(changes) => void setSearch({ ...changes, page: undefined } as never)}
        />
      )}
      <Table
        label="Deliveries"
        rows={rows}
        rowKey={({ id }) => id}
        rowTo={({ id }) => `${addresses.repository(organization, repository, 'webhook')}/${id}`}
        columns={columns({ organization, repository, refusal, onAgain: ({ id }) => again.mutate(id) })}
        isStale={isPlaceholderData}
        empty={
          isFiltered ? (
            <EmptyState
              title="No delivery is like that"
              action={<Button onClick={() => void setSearch({ event: undefined, state: undefined, page: undefined })}>Show all</Button>}
            >
              None of this repository matches these filters.
            </EmptyState>
          ) : (
            <EmptyState title="Nothing was delivered yet" command={<Command text={`slipway webhook deliveries --repo ${repository}`} />}>
              The forge tells of pushes, pull requests, comments and releases. Where it cannot reach this server, the repository is looked at
              instead.
            </EmptyState>
          )
        }
      />
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}
