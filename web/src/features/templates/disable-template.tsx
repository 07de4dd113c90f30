// Keeps a template from being ordered.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { Template } from './queries'

/** Mounted while it is open. */
export function DisableTemplate({ template, onClose, onDone }: { template: Template; onClose: () => void; onDone: () => Promise<unknown> }) {
  const { name, key } = template.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Disable ${name}?`}
      verb="Disable"
      onConfirm={async () => {
        await call('post', '/api/v2/templates/{template}/actions/disable', { params: { path: { template: template.id } } })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>Nobody can order it then, and no other template can be put on it. What was ordered stays as it is, and so do the templates that stand on it.</p>
        <Command text={`slipway template disable ${key}`} />
      </Stack>
    </ConfirmDialog>
  )
}
