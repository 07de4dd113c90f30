// Deletes a version that nothing uses.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { quoted } from '../commands'

interface DeleteVersionProps {
  /** `network@v1.2.0` */
  name: string
  id: string
  etag: string | undefined
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function DeleteVersion({ name, id, etag, onClose, onDone }: DeleteVersionProps) {
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${name}?`}
      verb="Delete version"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/source-code-versions/{source_code_version}', {
          params: { path: { source_code_version: id } },
          ...(etag && { headers: { 'if-match': etag } }),
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>Its code and what was said about its variables are gone then. What uses it stands in the way: archive it instead, to keep anything new from taking it.</p>
        <Command text={`slipway source-code-version delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
