// The triggers of a workspace in the order in which they are asked: the first that matches counts.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { orderAfter } from './order'
import { type Trigger, triggersOf, type Workspace } from './queries'
import { columns } from './trigger-columns'
import { TriggerDialog } from './trigger-dialog'
import { EVENTS } from './words'

interface TriggersProps {
  workspace: Workspace
  refusal: string | null
}

export function Triggers({ workspace, refusal }: TriggersProps) {
  const queries = useQueryClient()
  const [edited, setEdited] = useState<Trigger | 'new' | null>(null)
  const [removed, setRemoved] = useState<Trigger | null>(null)
  const { data, error, refetch } = useQuery(triggersOf(workspace.id))
  const rows = data?.data as readonly Trigger[] | undefined
  const { name } = workspace.attributes
  const fresh = () => queries.invalidateQueries({ queryKey: stale('/api/v2/workspaces/{workspace}/triggers') })
  const move = useMutation({
    mutationFn: async ({ at, by }: { at: number; by: -1 | 1 }) => {
      for (const { id, priority } of orderAfter(rows ?? [], at, by)) {
        // In their order: an answer in between shows a state that was meant.
        // oxlint-disable-next-line no-await-in-loop
        await call('patch', '/api/v2/triggers/{trigger}', {
          params: { path: { trigger: id } },
          body: { data: { type: 'triggers', attributes: { priority } } },
        })
      }
    },
    onSettled: fresh,
  })
  const add = (
    <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setEdited('new')}>
      New trigger
    </Button>
  )
  return (
    <Section
      title="Triggers"
      count={rows?.length ? rows.length : undefined}
      about="Asked from top to bottom; the first that matches counts."
      actions={rows?.length ? add : undefined}
    >
      <Stack gap={3}>
        {move.error && <ErrorNotice error={toApiError(move.error)} />}
        {error ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Triggers"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns({
              refusal,
              count: rows?.length ?? 0,
              placeOf: (trigger) => rows?.indexOf(trigger) ?? 0,
              onEdit: setEdited,
              onRemove: setRemoved,
              onMove: (at, by) => move.mutate({ at, by }),
            })}
            isOff={({ attributes }) => Boolean(attributes.problem)}
            hasKeys={false}
            expected={2}
            empty={
              <EmptyState
                title="It does what most want"
                action={add}
                command={<Command text={`slipway trigger create ${name} --event push --branch 'release/.*' --action plan`} />}
              >
                A push to its branch plans and applies{workspace.attributes['auto-apply'] ? '' : ' once somebody confirmed it'}; a pull request is
                planned. With triggers you decide by event, branch and path.
              </EmptyState>
            }
          />
        )}
      </Stack>
      {edited && (
        <TriggerDialog
          workspace={workspace}
          trigger={edited === 'new' ? null : edited}
          last={Math.max(0, ...(rows ?? []).map(({ attributes }) => attributes.priority))}
          onClose={() => setEdited(null)}
          onDone={() => void fresh()}
        />
      )}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Remove this trigger of ${removed ? EVENTS[removed.attributes.event].toLowerCase() : ''}?`}
        verb="Remove trigger"
        isDanger
        onConfirm={async () => {
          await call('delete', '/api/v2/triggers/{trigger}', { params: { path: { trigger: removed?.id ?? '' } } })
          await fresh()
        }}
      >
        <Stack gap={3}>
          <p>{rows?.length === 1 ? 'It is the only one: pushes and pull requests do what they do without triggers then.' : 'What it would have matched is asked of the next ones.'}</p>
          <Command text={`slipway trigger delete ${removed?.id} --yes`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}
