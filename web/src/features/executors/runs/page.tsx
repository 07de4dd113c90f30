// All runs of an executor, the newest first.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { quoted } from '@/lib/shell'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { statusLook } from '@/ui/status-list'
import { Table } from '@/ui/table'
import { addresses } from '@/lib/addresses'
import { type ExecutorRun, runsOf, useOpenExecutor } from '../queries'
import { columns } from './columns'

const STATUSES = ['planning', 'planned', 'applying', 'applied', 'planned_and_finished', 'errored', 'canceled', 'discarded'] as const

interface RunsSearch {
  readonly status: (typeof STATUSES)[number] | undefined
  readonly page: number | undefined
}

const parseRuns: ParseSearch<RunsSearch> = (raw) => ({ status: parameter.oneOf(raw['status'], STATUSES), page: parameter.page(raw['page']) })

export default function RunsPage() {
  const { organization, executor } = useOpenExecutor()
  const [{ status, page }, change] = useSearchState(parseRuns)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...runsOf(executor.id, { ...(status && { 'filter[status]': status }), ...(page && { 'page[number]': page }), 'page[size]': 50 }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly ExecutorRun[] | undefined
  const name = quoted(executor.attributes.name)
  return (
    <Section title="Runs" count={data?.meta?.pagination['total-count']} about="Each with its plan and its log; plans that somebody made in its workspace are among them.">
      {(status || (rows?.length ?? 0) > 0) && (
        <FilterBar
          filters={[{ name: 'status', title: 'Status', options: STATUSES.map((value) => ({ value, text: statusLook('run', value).word })) }]}
          values={{ status }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Runs"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.runById(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={3}
          empty={
            status ? (
              <EmptyState title="No run is like that" action={<Button onClick={() => void change({ status: undefined, page: undefined })}>Show all</Button>}>
                None of {executor.attributes.name} has this status.
              </EmptyState>
            ) : (
              <EmptyState title="It was never run" command={<Command text={`slipway executor run ${name} --wait`} />}>
                Run it now, or let a schedule do it.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </Section>
  )
}
