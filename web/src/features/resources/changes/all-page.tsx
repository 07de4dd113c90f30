// Changes of all resources: what waits for the caller, what failed, what is under way.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { allChanges, type Change, projectsOf, READ } from '../queries'
import { changeTitle, changeWords } from '../words'
import { parseAllChanges, STATUSES } from './search'

export default function AllChanges() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ mine, status, project, page }, change] = useSearchState(parseAllChanges)
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...allChanges(organization, {
      ...(mine && { 'filter[for-me]': 'decide' }),
      ...(status && { 'filter[status]': status }),
      ...(project && { 'filter[project][id]': project }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Change[] | undefined
  const isFiltered = Boolean(mine ?? status ?? project)
  return (
    <>
      <PageHead
        title="Changes"
        count={data?.meta?.pagination['total-count']}
        meta="What was asked of resources: to be made, changed or destroyed."
        crumbs={[{ title: 'Resources', to: addresses.resources(organization) }]}
      />
      <FilterBar
        filters={[
          { name: 'mine', title: 'For me', options: [{ value: 'decide', text: 'Waits for my yes' }] },
          { name: 'status', title: 'Status', options: STATUSES.map((value) => ({ value, text: value.charAt(0).toUpperCase() + value.slice(1) })) },
          { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
        ]}
        values={{ mine, status, project }}
        onChange={(changes) => void change({ ...changes, page: undefined } as never)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Changes"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          hasKeys={false}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState
                title={mine ? 'No change waits for you' : 'No change is like that'}
                action={<Button onClick={() => void change({ mine: undefined, status: undefined, project: undefined, page: undefined })}>Show all</Button>}
              >
                {mine ? 'Changes that wait for a yes, and that you may decide about, appear here by themselves.' : 'None matches these filters.'}
              </EmptyState>
            ) : (
              <EmptyState title="Nothing was asked for yet" command={<Command text="slipway resource changes" />}>
                Ordering a resource is its first change. Each has its plan, and is applied exactly as planned.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}

const columns = (organization: string): readonly Column<Change>[] => [
  {
    key: 'resource',
    title: 'Resource',
    narrow: 'first',
    cell: ({ id, relationships, attributes }) => (
      <Link to={addresses.resource(organization, related({ ...(relationships && { relationships }) }, 'resource'), 'changes')} search={{ change: id } as never} look="name">
        {attributes['resource-name']}
      </Link>
    ),
  },
  { key: 'title', title: 'Change', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{changeTitle(attributes)}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="resourceChange" value={attributes.status} /> },
  {
    key: 'what',
    title: 'What',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{attributes.reason || changeWords(attributes)}</Text>,
  },
  { key: 'who', title: 'Asked by', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['requested-by']}</Text> },
  {
    key: 'when',
    title: 'When',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]
