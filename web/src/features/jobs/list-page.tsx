// Jobs of an organization: when each runs, and how its last run went.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Labels } from '@/ui/labels'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { statusLook } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Job, jobsOf, projectsOf, READ } from './queries'
import { parseJobs, STATUSES } from './search'

const NOTHING = { text: undefined, project: undefined, status: undefined, label: undefined, page: undefined }

export default function Jobs() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ text, project, status, label, page }, change] = useSearchState(parseJobs)
  const isFiltered = Boolean(text ?? project ?? status ?? label)
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data ?? []
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...jobsOf(organization, {
      ...(text && { 'search[text]': text }),
      ...(project && { 'filter[project][id]': project }),
      ...(status && { 'filter[status]': status }),
      ...(label && { 'filter[label]': label }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Job[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const add = (
    <LinkButton look="primary" icon="plus" to={addresses.newJob(organization)}>
      New job
    </LinkButton>
  )
  return (
    <>
      <PageHead title="Jobs" count={data?.meta?.pagination['total-count']} meta="What runs to an end: by the clock, or when somebody wants it." actions={isEmpty ? undefined : add} />
      {!isEmpty && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Filter by name' }}
          filters={[
            { name: 'status', title: 'Status', options: STATUSES.map((value) => ({ value, text: statusLook('job', value).word })) },
            { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
            { name: 'label', title: 'Label', placeholder: 'team=shop', isMono: true },
          ]}
          values={{ text, project, status, label }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Jobs"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ attributes }) => addresses.job(organization, attributes.name)}
          columns={columns(organization)}
          isOff={({ attributes }) => attributes['is-paused']}
          isStale={isPlaceholderData}
          expected={4}
          empty={
            isFiltered ? (
              <EmptyState title="No job is like that" action={<Button onClick={() => void change(NOTHING)}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="No job is here yet" action={add} command={<Command text="slipway job create nightly --image report:1 --schedule '0 3 * * *'" />}>
                A job runs an image to its end: each night, each hour, or when somebody says so. What its runs write is kept with them.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}

const columns = (organization: string): readonly Column<Job>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Link to={addresses.job(organization, attributes.name)} look="name" {...(attributes.description && { title: attributes.description })}>
        {attributes.name}
      </Link>
    ),
  },
  { key: 'status', title: 'Last run', narrow: 'end', cell: ({ attributes }) => <Status of="job" value={attributes.status} /> },
  {
    key: 'when',
    title: 'Runs',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes }) => <Text level={attributes['schedule-words'] ? 2 : 3}>{attributes['is-paused'] ? 'paused' : (attributes['schedule-words'] ?? 'when somebody wants it')}</Text>,
  },
  { key: 'next', title: 'Next', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['next-at'] ? <Time at={attributes['next-at']} form="short" /> : ''}</Text> },
  {
    key: 'last',
    title: 'Ran',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => <Text level={3}>{attributes['last-run-at'] ? <Time at={attributes['last-run-at']} form="short" /> : 'never'}</Text>,
  },
  { key: 'labels', title: 'Labels', from: 1520, cell: ({ attributes }) => <Labels labels={attributes.labels} /> },
]
