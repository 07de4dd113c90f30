// The schedules of a workspace.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { columns } from './columns'
import { Details } from './details'
import { type Schedule, schedulesOf, useOpenWorkspace } from './queries'
import { ScheduleDialog } from './schedule-dialog'

export default function WorkspaceSchedules() {
  const { organization, workspace } = useOpenWorkspace()
  const client = useQueryClient()
  const [open, setOpen] = useState<'new' | string | null>(null)
  const { data, error, refetch } = useQuery(schedulesOf(workspace.id))
  const rows = data?.data as readonly Schedule[] | undefined
  const { name, permissions } = workspace.attributes
  const refusal = permissions['can-queue-run'] ? null : 'This needs schedule.manage here, which none of your roles gives. The Access tab explains it.'
  const fresh = () => void client.invalidateQueries({ queryKey: stale('/api/v2/workspaces/{workspace}/schedules') })
  const add = (
    <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setOpen('new')}>
      New schedule
    </Button>
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
            <EmptyState
              title="Nothing starts by itself"
              action={add}
              command={<Command text={`slipway schedule create ${name} --action plan --cron '0 6 * * 1-5'`} />}
            >
              Plan every morning, look for drift every hour, or destroy everything when a demo is over: by a cron expression with a time zone, at a
              moment, or after a time.
            </EmptyState>
          }
        />
      )}
      {open === 'new' && <ScheduleDialog workspace={{ id: workspace.id, name }} schedule={null} onClose={() => setOpen(null)} onDone={fresh} />}
      {open !== null && open !== 'new' && <Details organization={organization} schedule={open} onClose={() => setOpen(null)} onDone={fresh} />}
    </Section>
  )
}
