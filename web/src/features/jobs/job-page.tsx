// One job: its runs, when it runs next, and what it runs.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { KeyValue } from '@/ui/key-value'
import { Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { statusLook } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { JobFrame } from './frame'
import { type Job, type JobRun, type JobVersion, projectsOf, runsOf, useOpenJob, versionsOf } from './queries'
import { parseRuns, RUN_STATUSES } from './search'
import { CONCURRENCY, span, wantedBy } from './words'

export default function JobPage() {
  const { organization, job } = useOpenJob()
  const { name } = job.attributes
  const [{ status, page }, change] = useSearchState(parseRuns)
  const { data, error, refetch } = useQuery({
    ...runsOf(job.id, { ...(status && { 'filter[status]': status }), ...(page && { 'page[number]': page }), 'page[size]': 20 }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly JobRun[] | undefined
  return (
    <JobFrame>
      <Split aside={<About organization={organization} job={job} />}>
        <Stack gap={4}>
          <Image job={job} />
          {(status || (rows?.length ?? 0) > 0) && (
            <FilterBar
              filters={[{ name: 'status', title: 'Status', options: RUN_STATUSES.map((value) => ({ value, text: statusLook('jobRun', value).word })) }]}
              values={{ status }}
              onChange={(changes) => void change({ ...changes, page: undefined } as never)}
            />
          )}
          {error && !data ? (
            <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
          ) : (
            <Table
              label="Runs"
              rows={rows}
              rowKey={({ id }) => id}
              rowTo={({ id }) => addresses.jobRun(organization, name, id)}
              columns={columns(organization, name)}
              expected={5}
              empty={
                status ? (
                  <EmptyState title="No run is like that" action={<Button onClick={() => void change({ status: undefined, page: undefined })}>Show all</Button>}>
                    None that is kept matches.
                  </EmptyState>
                ) : (
                  <EmptyState title="It never ran" command={<Command text={`slipway job run ${quoted(name)}`} />}>
                    Each run stands here with how it ended and what it wrote.
                  </EmptyState>
                )
              }
            />
          )}
          <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
          {(rows?.length ?? 0) > 0 && <Command text={`slipway job runs ${quoted(name)}`} />}
        </Stack>
      </Split>
    </JobFrame>
  )
}

/** Why its image cannot be had. */
function Image({ job }: { job: Job }) {
  const [newest] = (useQuery({ ...versionsOf(job.id), retry: false }).data?.data ?? []) as readonly JobVersion[]
  if (!newest?.attributes.reason) return null
  return (
    <Alert tone="danger" title="Its image cannot be had">
      {newest.attributes.reason} Until then its runs fail.
    </Alert>
  )
}

const columns = (organization: string, job: string): readonly Column<JobRun>[] => [
  {
    key: 'number',
    title: 'Run',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={addresses.jobRun(organization, job, id)} look="name">
        {`Run ${attributes.number}`}
      </Link>
    ),
  },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="jobRun" value={attributes.status} /> },
  { key: 'why', title: 'Why', narrow: 'second', isWide: true, cell: ({ attributes }) => (attributes.reason ? <Text level={2}>{attributes.reason}</Text> : null) },
  { key: 'by', title: 'Wanted by', from: 1024, cell: (run) => <Text level={2}>{wantedBy(run)}</Text> },
  { key: 'version', title: 'Version', align: 'end', from: 1240, cell: ({ attributes }) => <Text level={3}>{`v${attributes['job-version']}`}</Text> },
  {
    key: 'took',
    title: 'Took',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => <Text level={3}>{attributes['started-at'] ? <Duration from={attributes['started-at']} to={attributes['ended-at']} isStopwatch /> : ''}</Text>,
  },
  {
    key: 'when',
    title: 'When',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]

function About({ organization, job }: { organization: string; job: Job }) {
  const { attributes } = job
  const project = related(job, 'project')
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data
  const words = attributes['schedule-words']
  return (
    <>
      <Section title="When" isRuled>
        <KeyValue
          entries={[
            ['Runs', words ?? 'when somebody wants it'],
            words ? ['Next', attributes['next-at'] ? <Time key="next" at={attributes['next-at']} /> : 'not while it is paused'] : null,
            words ? ['If one goes on', CONCURRENCY[attributes.concurrency].toLowerCase()] : null,
            ['May take', span(attributes['deadline-seconds'])],
            ['Tried again', attributes.retries === 0 ? 'never' : `${attributes.retries} times`],
          ]}
        />
      </Section>
      <Section title="What runs" isRuled>
        <KeyValue
          entries={[
            ['Version', `v${attributes['current-version']}`],
            ['Image', <Text key="image" isMono>{attributes.image}</Text>],
            ['Command', attributes.command.length > 0 ? <Text key="command" isMono>{attributes.command.map(quoted).join(' ')}</Text> : <Text key="none" level={3}>what the image says</Text>],
            ['Plan', attributes.plan.name],
            ['Pool', <Link key="pool" to={addresses.clusters(organization)}>{attributes.pool.name}</Link>],
            project ? ['Project', <Link key="project" to={addresses.project(organization, project)}>{projects?.find(({ id }) => id === project)?.attributes.name ?? project}</Link>] : null,
            ['Changed', <Time key="changed" at={attributes['updated-at']} />],
          ]}
        />
      </Section>
    </>
  )
}
