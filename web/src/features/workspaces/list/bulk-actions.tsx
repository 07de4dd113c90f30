// What can be done with the selected workspaces, and the question that each action asks first.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, stale } from '@/api/query'
import { counted } from '@/lib/numbers'
import { BulkBar } from '@/ui/bulk-bar'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import type { IconName } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { toOne, type WorkspaceRow } from '../queries'
import { command } from '../words'
import { forEach, obstacles, reasonFor } from './bulk'
import { MoveDialog } from './move-dialog'

type Action = keyof typeof obstacles

interface BulkActionsProps {
  organization: string
  selected: readonly WorkspaceRow[]
  /** With what stays selected: nothing, or what failed. */
  onSelection: (keys: ReadonlySet<string>) => void
}

const BUTTONS: readonly { action: Action; text: string; icon: IconName }[] = [
  { action: 'run', text: 'Start runs…', icon: 'run' },
  { action: 'lock', text: 'Lock…', icon: 'lock' },
  { action: 'unlock', text: 'Unlock', icon: 'unlock' },
  { action: 'move', text: 'Move…', icon: 'project' },
  { action: 'delete', text: 'Delete…', icon: 'trash' },
]

export function BulkActions({ organization, selected, onSelection }: BulkActionsProps) {
  const [asked, setAsked] = useState<Action | null>(null)
  const queries = useQueryClient()
  const act = async (verb: string, one: (row: WorkspaceRow) => Promise<unknown>) => {
    const left = new Set(selected.map(({ id }) => id))
    try {
      await forEach(selected, one, (row) => left.delete(row.id))
      toast({ text: `${verb} ${counted(selected.length, 'workspace')}.` })
    } finally {
      onSelection(left)
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/workspaces') })
    }
  }
  const isAnyLocked = selected.some(({ attributes }) => attributes.locked)
  const shown = BUTTONS.filter(({ action }) => action !== (isAnyLocked ? 'lock' : 'unlock'))
  const close = () => setAsked(null)
  return (
    <>
      <BulkBar count={selected.length} what="workspace" onClear={() => onSelection(new Set())}>
        {shown.map(({ action, text, icon }) => (
          <Button
            key={action}
            size="sm"
            look="quiet"
            icon={icon}
            disabledReason={reasonFor(selected, obstacles[action])}
            onClick={() => setAsked(action)}
          >
            {text}
          </Button>
        ))}
      </BulkBar>
      <RunDialog rows={selected} isOpen={asked === 'run'} onClose={close} onAct={act} />
      <LockDialog rows={selected} isOpen={asked === 'lock'} onClose={close} onAct={act} />
      <UnlockDialog rows={selected} isOpen={asked === 'unlock'} onClose={close} onAct={act} />
      <MoveDialog organization={organization} rows={selected} isOpen={asked === 'move'} onClose={close} onAct={act} />
      <DeleteDialog rows={selected} isOpen={asked === 'delete'} onClose={close} onAct={act} />
    </>
  )
}

/** What every question needs: about what, and how it is done then. */
export interface QuestionProps {
  rows: readonly WorkspaceRow[]
  isOpen: boolean
  onClose: () => void
  onAct: (verb: string, one: (row: WorkspaceRow) => Promise<unknown>) => Promise<void>
}

/** "shop-prod-cdn" or "3 workspaces". */
export function named(rows: readonly WorkspaceRow[]): string {
  return rows.length === 1 ? (rows[0]?.attributes.name ?? '') : counted(rows.length, 'workspace')
}

/** The command for the first of them. */
export function FirstCommand({ rows, of }: { rows: readonly WorkspaceRow[]; of: (name: string) => string }) {
  const [first] = rows
  return first ? <Command text={of(first.attributes.name)} /> : null
}

function RunDialog({ rows, onAct, ...dialog }: QuestionProps) {
  const start = (message: string) =>
    onAct('Started runs of', ({ id }) =>
      call('post', '/api/v2/runs', {
        params: {},
        body: {
          data: {
            type: 'runs',
            attributes: { source: 'ui', message: message || 'Started from the list of workspaces' },
            relationships: { workspace: toOne('workspaces', id) },
          },
        },
      }),
    )
  return (
    <ConfirmDialog
      {...dialog}
      title={`Start ${rows.length === 1 ? 'a run' : 'runs'} of ${named(rows)}?`}
      verb="Start runs"
      comment={{ label: 'Message', placeholder: 'Why, for those who look later' }}
      onConfirm={start}
    >
      <Stack gap={3}>
        <p>
          Each plans with its latest configuration. Where a plan has changes it waits for a confirmation, unless the workspace
          applies without asking.
        </p>
        <FirstCommand rows={rows} of={(name) => command('apply --no-upload --no-wait --workspace', name)} />
      </Stack>
    </ConfirmDialog>
  )
}

function LockDialog({ rows, onAct, ...dialog }: QuestionProps) {
  const lock = (reason: string) =>
    onAct('Locked', ({ id }) =>
      call('post', '/api/v2/workspaces/{workspace}/actions/lock', { params: { path: { workspace: id } }, body: { reason } }),
    )
  return (
    <ConfirmDialog
      {...dialog}
      title={`Lock ${named(rows)}?`}
      verb="Lock"
      comment={{ label: 'Reason', isRequired: true, placeholder: 'What those should know who find it locked' }}
      onConfirm={lock}
    >
      <Stack gap={3}>
        <p>No run starts to apply until you, or somebody who may force it, unlock {rows.length === 1 ? 'it' : 'them'}.</p>
        <FirstCommand rows={rows} of={(name) => command('workspace lock', name, '--reason …')} />
      </Stack>
    </ConfirmDialog>
  )
}

function UnlockDialog({ rows, onAct, ...dialog }: QuestionProps) {
  const unlock = () =>
    onAct('Unlocked', ({ id }) =>
      call('post', '/api/v2/workspaces/{workspace}/actions/unlock', { params: { path: { workspace: id } } }),
    )
  return (
    <ConfirmDialog {...dialog} title={`Unlock ${named(rows)}?`} verb="Unlock" onConfirm={unlock}>
      <Stack gap={3}>
        <p>Runs that wait go on. A lock of somebody else stays: unlock that on the workspace's own page.</p>
        <FirstCommand rows={rows} of={(name) => command('workspace unlock', name)} />
      </Stack>
    </ConfirmDialog>
  )
}

function DeleteDialog({ rows, onAct, ...dialog }: QuestionProps) {
  const remove = () =>
    onAct('Deleted', ({ id }) => call('delete', '/api/v2/workspaces/{workspace}', { params: { path: { workspace: id } } }))
  return (
    <ConfirmDialog
      {...dialog}
      title={`Delete ${named(rows)}?`}
      verb={rows.length === 1 ? 'Delete workspace' : `Delete ${named(rows)}`}
      isDanger
      nameToType={rows.length === 1 ? named(rows) : `delete ${named(rows)}`}
      onConfirm={remove}
    >
      <Stack gap={3}>
        <p>Their runs, logs, variables and all versions of their states are deleted too. This cannot be taken back.</p>
        {rows.length > 1 && <p>{rows.map(({ attributes }) => attributes.name).join(', ')}</p>}
        <FirstCommand rows={rows} of={(name) => command('workspace delete', name)} />
      </Stack>
    </ConfirmDialog>
  )
}
