// Deletes a source code. Versions that are made of it stand in the way, and are named.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { SourceCode } from '../queries'

interface DeleteSourceCodeProps {
  sourceCode: SourceCode
  etag: string | undefined
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function DeleteSourceCode({ sourceCode, etag, onClose, onDone }: DeleteSourceCodeProps) {
  const { name } = sourceCode.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the source code ${name}?`}
      verb="Delete source code"
      isDanger
      nameToType={name}
      onConfirm={async () => {
        await call('delete', '/api/v2/source-codes/{source_code}', {
          params: { path: { source_code: sourceCode.id } },
          ...(etag && { headers: { 'if-match': etag } }),
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>Its repository stays connected. While versions of templates are made of it, it stays: delete these first.</p>
        <Command text={`slipway source-code delete ${name} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
