// Tells Slipway where to send events; the secret that signs them is shown once.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { ShownOnce } from '@/ui/shown-once'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

type Webhook = ResourceOf<'AuditWebhook'>

/** A dialog; mounted while it is open. */
export function NewWebhook({ organization, onClose }: { organization: string; onClose: () => void }) {
  const queries = useQueryClient()
  const [made, setMade] = useState<Webhook | null>(null)
  const form = useForm({
    initial: { url: '', description: '' },
    submit: (attributes) =>
      call('post', '/api/v2/organizations/{organization}/audit-webhooks', {
        params: { path: { organization } },
        body: { data: { type: 'audit-webhooks', attributes } },
      }),
    onDone: ({ data }) => {
      setMade(data as Webhook)
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/audit-webhooks') })
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Webhook made' : 'New webhook'} size="md">
      {made ? (
        <Secret webhook={made} onClose={onClose} />
      ) : (
        <Form form={form} submit="Create webhook" isWide command={`slipway audit webhook create ${form.values.url || 'URL'} > secret.txt`}>
          <TextInput
            label="Address"
            type="url"
            isMono
            {...form.field('url')}
            placeholder="https://siem.example.com/slipway"
            autoFocus
            help="Events from now on are sent there. An address inside your network must be allowed by the operator (outbound.allowed_networks)."
          />
          <TextInput label="Description" isOptional {...form.field('description')} placeholder="Security operations" />
        </Form>
      )}
    </Dialog>
  )
}

/** The secret of a webhook that was made or got another one. */
export function Secret({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  return (
    <Stack gap={4}>
      <ShownOnce title="Copy the secret now" text={webhook.attributes.secret ?? ''} what="the secret">
        It is shown only this once. The other side checks with it, in <code>Slipway-Signature</code>, that a delivery came from here.
      </ShownOnce>
      <div>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Stack>
  )
}
