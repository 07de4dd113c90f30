// The schedules of one object, on its page: what starts by itself, and making more.
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { toApiError } from '@/api/errors'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Row } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { Details } from './details'
import { type Schedule, staleSchedules } from './queries'
import { ScheduleDialog } from './schedule-dialog'
import type { ScheduledObject, Values } from './words'

interface SchedulesProps {
  organization: string
  object: ScheduledObject
  list: UseQueryResult<{ readonly data: readonly unknown[] }>
  refusal: string | null
  /** What they are for here. */
  about: string
  command?: ReactNode
  /** A second button, for what is often wanted. */
  shortcut?: { readonly title: string; readonly start: Partial<Values> }
}

export function Schedules({ organization, object, list, refusal, about, command, shortcut }: SchedulesProps) {
  const client = useQueryClient()
  const [open, setOpen] = useState<string | { readonly start: Partial<Values> } | null>(null)
  const { data, error, refetch } = list
  const rows = data?.data as readonly Schedule[] | undefined
  const fresh = () => void Promise.all(staleSchedules.map((queryKey) => client.invalidateQueries({ queryKey })))
  const add = (
    <Row gap={2} isWrapping>
      {shortcut && (
        <Button size="sm" icon="clock" disabledReason={refusal} onClick={() => setOpen({ start: shortcut.start })}>
          {shortcut.title}
        </Button>
      )}
      <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setOpen({ start: {} })}>
        New schedule
      </Button>
    </Row>
  )
  return (
    <Section
      title="Schedules"
      count={rows?.length ? rows.length : undefined}
      about="What starts at certain times, with the rights of whoever said so."
      actions={rows?.length ? add : undefined}
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Schedules"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns({ organization, hasObjects: false, onOpen: ({ id }) => setOpen(id) })}
          isOff={({ attributes }) => attributes.status !== 'active'}
          hasKeys={false}
          expected={2}
          empty={
            <EmptyState title="Nothing starts by itself" action={add} {...(command !== undefined && { command })}>
              {about}
            </EmptyState>
          }
        />
      )}
      {typeof open === 'string' && <Details organization={organization} schedule={open} onClose={() => setOpen(null)} onDone={fresh} />}
      {open !== null && typeof open !== 'string' && <ScheduleDialog object={object} schedule={null} start={open.start} onClose={() => setOpen(null)} onDone={fresh} />}
    </Section>
  )
}
