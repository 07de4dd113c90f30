// The questions before runs are started, before workspaces are locked, unlocked and deleted.
import { call } from '@/api/query'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { toOne } from '../queries'
import { command } from '../words'
import { FirstCommand, named, type QuestionProps } from './question'

export function RunDialog({ rows, onAct, ...dialog }: QuestionProps) {
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

export function LockDialog({ rows, onAct, ...dialog }: QuestionProps) {
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
        <p>Runs that may apply wait until you, or somebody who may force it, unlock {rows.length === 1 ? 'it' : 'them'}.</p>
        <FirstCommand rows={rows} of={(name) => command('workspace lock', name, '--reason …')} />
      </Stack>
    </ConfirmDialog>
  )
}

export function UnlockDialog({ rows, onAct, ...dialog }: QuestionProps) {
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

export function DeleteDialog({ rows, onAct, ...dialog }: QuestionProps) {
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
