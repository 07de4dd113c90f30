// Deletes an integration. What uses it stands in the way, and is named.
import { call } from '@/api/query'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { quoted } from './commands'
import type { Integration } from './values'

interface DeleteIntegrationProps {
  integration: Integration
  onClose: () => void
  onDone: () => Promise<void>
}

/** Mounted while it is open. The server's refusal is shown in the dialog, with the names of what uses it. */
export function DeleteIntegration({ integration, onClose, onDone }: DeleteIntegrationProps) {
  const { name } = integration.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the integration ${name}?`}
      verb="Delete integration"
      isDanger
      nameToType={name}
      onConfirm={async () => {
        await call('delete', '/api/v2/integrations/{integration}', { params: { path: { integration: integration.id } } })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>
          Its secrets are gone then. While a repository, a workspace or a project uses it, it stays: give them another one first, or turn it
          off instead.
        </p>
        <Command text={`slipway integration delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
