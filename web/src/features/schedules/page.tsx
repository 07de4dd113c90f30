// The schedules of an organization.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, stale } from '@/api/query'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { Details } from './details'
import type { Schedule } from './queries'
import { parseSchedules } from './search'
import { ACTIONS, type ActionName } from './words'

export default function Schedules() {
  const organization = useOrganization()
  const client = useQueryClient()
  const [search, change] = useSearchState(parseSchedules)
  const [open, setOpen] = useState<string | null>(null)
  const { text, action, paused, page } = search
  const isFiltered = Boolean(text ?? action ?? paused)
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/schedules', {
      params: {
        path: { organization },
        query: {
          ...(text && { 'search[text]': text }),
          ...(action && { 'filter[action]': action }),
          ...(paused && { 'filter[paused]': paused === 'true' }),
          ...(page && { 'page[number]': page }),
          'page[size]': 50,
        },
      },
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Schedule[] | undefined
  return (
    <>
      <PageHead
        title="Schedules"
        count={data?.meta?.pagination['total-count']}
        meta="What starts at certain times. A new one is made on the page of its workspace, executor or resource."
      />
      {(isFiltered || (rows?.length ?? 0) > 0) && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Part of the name' }}
          filters={[
            { name: 'action', title: 'Starts', options: (Object.keys(ACTIONS) as ActionName[]).map((value) => ({ value, text: ACTIONS[value] })) },
            {
              name: 'paused',
              title: 'State',
              options: [
                { value: 'true', text: 'Paused' },
                { value: 'false', text: 'Not paused' },
              ],
            },
          ]}
          values={{ text, action, paused }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Schedules"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns({ organization, hasObjects: true, onOpen: ({ id }) => setOpen(id) })}
          isOff={({ attributes }) => attributes.status !== 'active'}
          hasKeys={false}
          expected={3}
          empty={
            isFiltered ? (
              <EmptyState
                title="No schedule is like that"
                action={<Button onClick={() => void change({ text: undefined, action: undefined, paused: undefined, page: undefined })}>Show all</Button>}
              >
                None matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing starts by itself" command={<Command text="slipway schedule create shop --action plan --cron '0 6 * * 1-5'" />}>
                The Schedules tab of a workspace makes one: plan every morning, look for drift, destroy when a demo is over.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
      {open && (
        <Details
          organization={organization}
          schedule={open}
          onClose={() => setOpen(null)}
          onDone={() => void client.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/schedules') })}
        />
      )}
    </>
  )
}
