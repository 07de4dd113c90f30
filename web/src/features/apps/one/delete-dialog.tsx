// Deleting an app. Mounted while it is open.
import { call } from '@/api/query'
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import type { App } from '../queries'

export function DeleteDialog({ app, onClose, onDone }: { app: App; onClose: () => void; onDone: () => Promise<unknown> }) {
  const { name } = app.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the app ${name}?`}
      verb="Delete app"
      isDanger
      nameToType={name}
      onConfirm={async () => {
        await call('delete', '/api/v2/apps/{app}', { params: { path: { app: app.id } } })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>Its units are taken away and its address answers nothing any more. Its versions, deploys, variables and logs go with it.</p>
        <Command text={`slipway app delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
