// What the server and the runners have to do: what waits, who has what, and what failed too often.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { total } from '@/lib/numbers'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { type Filter, FilterBar, type FilterOption } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { statusLook } from '@/ui/status-list'
import { Table } from '@/ui/table'
import { queueColumns } from './queue-columns'
import { type Decision, QueueDecision } from './queue-decision'
import { NO_FILTER, parseQueue, type QueueSearch, STATES } from './queue-search'
import { KINDS, type WorkItem } from './queue-words'

export default function Queue() {
  const [search, change] = useSearchState(parseQueue)
  const [asked, setAsked] = useState<{ item: WorkItem; decision: Decision } | null>(null)
  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery({
    ...get('/api/v2/admin/work-items', { params: { query: queryOf(search) } }),
    placeholderData: keepPreviousData,
    // No event tells how the queue moves.
    staleTime: 0,
  })
  const rows = data?.data as readonly WorkItem[] | undefined
  const count = data?.meta?.pagination['total-count']
  return (
    <>
      <PageHead
        title="Queue"
        {...(count !== undefined && !error && { count: total(count) })}
        meta="What the server and the runners have to do, the oldest first. What failed too often waits until somebody has it tried again or drops it."
        actions={
          <Button icon="refresh" isBusy={isFetching && data !== undefined} onClick={() => void refetch()}>
            Read again
          </Button>
        }
      />
      <FilterBar
        filters={filtersOf(rows ?? [])}
        values={{ state: search.state, kind: search.kind, pool: search.pool }}
        onChange={(changes) => void change({ ...changes, page: undefined } as Partial<QueueSearch>)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Work items"
          rows={rows}
          rowKey={(item) => item.id}
          columns={queueColumns((item, decision) => setAsked({ item, decision }))}
          isOff={({ attributes }) => attributes.state === 'done'}
          isStale={isPlaceholderData}
          empty={<Nothing search={search} onAll={() => void change(NO_FILTER)} />}
        />
      )}
      <Pager meta={error ? null : data?.meta} shown={rows?.length ?? 0} onPage={(page) => void change({ page })} />
      {asked && <QueueDecision {...asked} onClose={() => setAsked(null)} />}
    </>
  )
}

function queryOf({ state, kind, pool, page = 1 }: QueueSearch) {
  return {
    'page[number]': page,
    'page[size]': 50,
    ...(state && { 'filter[state]': state.join(',') }),
    ...(kind && { 'filter[kind]': kind }),
    ...(pool && { 'filter[pool]': pool }),
  }
}

/** Kinds and pools are words that the list does not limit: those known and shown are offered, and whatever is typed. */
function filtersOf(rows: readonly WorkItem[]): readonly Filter[] {
  const kinds = [...Object.keys(KINDS), ...rows.map(({ attributes }) => attributes.kind)]
  const pools = ['server', ...rows.map(({ attributes }) => attributes.pool)]
  const states = STATES.map((value) => ({ value, text: statusLook('work', value).word }))
  return [
    { name: 'state', title: 'State', isMany: true, options: states },
    { name: 'kind', title: 'Kind', isMono: true, placeholder: 'Any kind', find: offer(kinds) },
    { name: 'pool', title: 'Pool', isMono: true, placeholder: 'Id of a runner pool', find: offer(pools) },
  ]
}

function offer(words: readonly string[]) {
  return async (typed: string): Promise<readonly FilterOption[]> => {
    const sought = typed.trim()
    const known = [...new Set(words)].filter((word) => word.includes(sought))
    return [...known, ...(sought && !known.includes(sought) ? [sought] : [])].map((value) => ({ value, text: value }))
  }
}

function Nothing({ search, onAll }: { search: QueueSearch; onAll: () => void }) {
  const isFiltered = Boolean(search.state ?? search.kind ?? search.pool)
  if (!isFiltered) return <EmptyState title="Nothing to do">Everything that was queued is done.</EmptyState>
  const isDead = search.state?.join() === 'dead' && !search.kind && !search.pool
  return (
    <EmptyState title={isDead ? 'Nothing failed too often' : 'No work is like that'} action={<Button onClick={onAll}>Show the whole queue</Button>}>
      {isDead ? 'Nothing waits for you here.' : 'No work item matches these filters.'}
    </EmptyState>
  )
}
