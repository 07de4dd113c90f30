// Deleting an executor; with a reason while its state has resources. Mounted while it is open.
import { call } from '@/api/query'
import { counted } from '@/lib/numbers'
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { Executor } from '../queries'

interface DeleteDialogProps {
  executor: Executor
  etag: string | undefined
  onClose: () => void
  onDone: () => Promise<unknown>
}

export function DeleteDialog({ executor, etag, onClose, onDone }: DeleteDialogProps) {
  const { name, 'resource-count': count } = executor.attributes
  const isFull = count > 0
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the executor ${name}?`}
      verb="Delete executor"
      isDanger
      nameToType={name}
      {...(isFull && { comment: { label: 'Reason', isRequired: true, placeholder: 'Why what it made may stay behind' } })}
      onConfirm={async (reason) => {
        await call('delete', '/api/v2/executors/{executor}', {
          params: { path: { executor: executor.id }, query: { ...(isFull && { reason }) } },
          ...(etag && { headers: { 'if-match': etag } }),
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>
          Its state, its runs, their plans and logs go with it.{' '}
          {isFull && `Its state has ${counted(count, 'resource')}: nothing manages ${count === 1 ? 'it' : 'them'} any more then. To have ${count === 1 ? 'it' : 'them'} destroyed, do that first.`}
        </p>
        <Command text={`slipway executor delete ${quoted(name)}${isFull ? " --force-because '…'" : ''} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
