// What can be done with the selected workspaces; each action asks first.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { counted } from '@/lib/numbers'
import { BulkBar } from '@/ui/bulk-bar'
import { Button } from '@/ui/button'
import type { IconName } from '@/ui/icon'
import { toast } from '@/ui/toast'
import { freshWorkspace } from '../fresh'
import { isHeldByRun } from '../lock'
import type { WorkspaceRow } from '../queries'
import { forEach, obstacles, reasonFor } from './bulk'
import { DeleteDialog, LockDialog, RunDialog, UnlockDialog } from './bulk-dialogs'
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
      void freshWorkspace(queries)
    }
  }
  const isAnyLocked = selected.some((row) => row.attributes.locked && !isHeldByRun(row))
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
