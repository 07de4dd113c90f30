// Deletes a template. What stands on it stands in the way, and is named.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { Template } from './queries'

interface DeleteTemplateProps {
  template: Template
  etag: string | undefined
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. The server's refusal is shown in the dialog, with the names of what stands on it. */
export function DeleteTemplate({ template, etag, onClose, onDone }: DeleteTemplateProps) {
  const { name, key } = template.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the template ${name}?`}
      verb="Delete template"
      isDanger
      nameToType={key}
      onConfirm={async () => {
        await call('delete', '/api/v2/templates/{template}', {
          params: { path: { template: template.id } },
          ...(etag && { headers: { 'if-match': etag } }),
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>What it says is gone then. While anything stands on it, it stays: disable it instead, to keep it from being ordered.</p>
        <Command text={`slipway template delete ${key} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
