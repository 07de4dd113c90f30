// Downloading a state: it is full of secrets, so that it is asked before and recorded.
import { send } from '@/api/client'
import { errorFrom } from '@/api/errors'
import { keepFile } from '@/lib/keep-file'
import { bytes } from '@/lib/numbers'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { StateRow } from './queries'

interface DownloadDialogProps {
  workspace: string
  state: StateRow | null
  onClose: () => void
}

export function DownloadDialog({ workspace, state, onClose }: DownloadDialogProps) {
  const serial = state?.attributes.serial ?? 0
  const download = async () => {
    if (!state) return
    const response = await send(new Request(new URL(`/api/v2/state-versions/${state.id}/download`, window.location.origin)))
    if (!response.ok) throw await errorFrom(response)
    keepFile(await response.blob(), `${workspace}-${serial}.tfstate`)
  }
  return (
    <ConfirmDialog isOpen={state !== null} onClose={onClose} title={`Download version ${serial}?`} verb="Download" onConfirm={download}>
      <Stack gap={3}>
        <p>
          {bytes(state?.attributes.size ?? 0)}, as the engine wrote it: with all attributes of all resources, passwords and keys
          included. That you read it is recorded in the audit log. Delete the file when it has served.
        </p>
        <Command text={`slipway state pull --version ${serial} --workspace ${workspace}`} />
      </Stack>
    </ConfirmDialog>
  )
}
