// The lock of a workspace: who holds it and why, taking it, giving it back.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { useFreshWorkspace } from './fresh'
import type { WorkspaceRow } from './queries'
import { command, needs } from './words'

interface LockDialogProps {
  workspace: WorkspaceRow
  isOpen: boolean
  onClose: () => void
}

/** Asks for the reason, and locks. */
export function LockDialog({ workspace, ...dialog }: LockDialogProps) {
  const refresh = useFreshWorkspace()
  const { name } = workspace.attributes
  const lock = async (reason: string) => {
    const params = { path: { workspace: workspace.id } }
    await call('post', '/api/v2/workspaces/{workspace}/actions/lock', { params, body: { reason } })
    await refresh()
  }
  return (
    <ConfirmDialog
      {...dialog}
      title={`Lock ${name}?`}
      verb="Lock"
      comment={{ label: 'Reason', isRequired: true, placeholder: 'What those should know who find it locked' }}
      onConfirm={lock}
    >
      <Stack gap={3}>
        <p>Runs that may apply wait until you, or somebody who may force it, unlock it. Plans only can still be made.</p>
        <Command text={command('workspace lock', name, '--reason …')} />
      </Stack>
    </ConfirmDialog>
  )
}

/** A run that is under way holds the lock: that is its status, and no news. */
export function isHeldByRun({ attributes }: WorkspaceRow): boolean {
  return attributes['locked-by']?.startsWith('run-') ?? false
}

/** Who locked it and why, with the way out; nothing while it is not locked. */
export function LockNotice({ workspace }: { workspace: WorkspaceRow }) {
  const [isAsked, setAsked] = useState(false)
  const me = useQuery(get('/api/v2/account/details')).data?.data.attributes.username
  const { locked, permissions } = workspace.attributes
  const by = workspace.attributes['locked-by'] ?? 'somebody'
  const since = workspace.attributes['locked-at']
  const isMine = by === me
  if (!locked || isHeldByRun(workspace)) return null
  const reason = isMine
    ? needs(permissions['can-lock'], 'workspace.lock')
    : permissions['can-force-unlock']
      ? null
      : `${by} holds the lock. Ask ${by} to unlock it, or somebody with workspace.force-unlock.`
  return (
    <>
      <Alert
        tone="warning"
        icon="lock"
        title={`${isMine ? 'You' : by} locked this workspace${workspace.attributes['lock-reason'] ? `: ${workspace.attributes['lock-reason']}` : ''}`}
        action={
          <Button size="sm" icon="unlock" disabledReason={reason} onClick={() => setAsked(true)}>
            {isMine ? 'Unlock' : 'Force unlock…'}
          </Button>
        }
      >
        {since && (
          <>
            Locked <Time at={since} />.{' '}
          </>
        )}
        Until it is unlocked, runs that may apply wait; plans only can be made.
      </Alert>
      <UnlockDialog workspace={workspace} isForced={!isMine} isOpen={isAsked} onClose={() => setAsked(false)} />
    </>
  )
}

function UnlockDialog({ workspace, isForced, ...dialog }: LockDialogProps & { isForced: boolean }) {
  const refresh = useFreshWorkspace()
  const { name } = workspace.attributes
  const unlock = async () => {
    const params = { path: { workspace: workspace.id } }
    if (isForced) await call('post', '/api/v2/workspaces/{workspace}/actions/force-unlock', { params })
    else await call('post', '/api/v2/workspaces/{workspace}/actions/unlock', { params })
    await refresh()
    toast({ text: `Unlocked ${name}.` })
  }
  return (
    <ConfirmDialog
      {...dialog}
      title={isForced ? `Take the lock of ${name} away?` : `Unlock ${name}?`}
      verb={isForced ? 'Force unlock' : 'Unlock'}
      isDanger={isForced}
      onConfirm={unlock}
    >
      <Stack gap={3}>
        <p>
          {isForced
            ? `${workspace.attributes['locked-by'] ?? 'Somebody'} holds it, perhaps in the middle of something. What they do next may collide with the next run. That you did it is recorded.`
            : 'Runs that wait for it go on.'}
        </p>
        <Command text={command('workspace unlock', name, isForced && '--force')} />
      </Stack>
    </ConfirmDialog>
  )
}
