// Gives a webhook another secret.
import { useState } from 'react'
import { call } from '@/api/query'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { useForm } from '@/ui/use-form'
import { Secret } from './webhook-form'
import type { Webhook } from './webhooks'

/** A dialog; mounted while it is open. */
export function ReplaceSecret({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const [made, setMade] = useState<Webhook | null>(null)
  const form = useForm({
    initial: {},
    submit: () =>
      call('post', '/api/v2/audit-webhooks/{audit_webhook}/actions/replace-secret', {
        params: { path: { audit_webhook: webhook.id } },
      }),
    onDone: ({ data }) => setMade(data as Webhook),
  })
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Secret replaced' : 'Replace the secret?'} size="md">
      {made ? (
        <Secret webhook={made} onClose={onClose} />
      ) : (
        <Form form={form} submit="Replace secret" isWide command={`slipway audit webhook replace-secret ${webhook.id}`}>
          <p>For a day deliveries are signed with both, so that the other side has time. Then the secret so far counts no more.</p>
        </Form>
      )}
    </Dialog>
  )
}
