// Tells Slipway where to send events, or another address; the secret that signs them is shown once.
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

interface WebhookDialogProps {
  organization: string
  /** Null for a new one. */
  webhook: Webhook | null
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function WebhookDialog({ organization, webhook, onClose }: WebhookDialogProps) {
  const queries = useQueryClient()
  const [made, setMade] = useState<Webhook | null>(null)
  const form = useForm({
    initial: { url: webhook?.attributes.url ?? '', description: webhook?.attributes.description ?? '' },
    submit: (attributes) => save(organization, webhook, attributes),
    onDone: ({ data }) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/audit-webhooks') })
      if (webhook) onClose()
      else setMade(data as Webhook)
    },
  })
  const asked = webhook ? 'Edit webhook' : 'New webhook'
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Webhook made' : asked} size="md">
      {made ? (
        <Secret webhook={made} onClose={onClose} />
      ) : (
        <Form
          form={form}
          submit={webhook ? 'Save' : 'Create webhook'}
          disabledReason={webhook && !form.isChanged ? 'Nothing is changed yet.' : null}
          isWide
          command={commandOf(webhook, form.values)}
        >
          <TextInput
            label="Address"
            type="url"
            isMono
            {...form.field('url')}
            placeholder="https://siem.example.com/slipway"
            autoFocus
            help={
              webhook
                ? 'What was not delivered yet goes there as well, signed with the same secret.'
                : 'Events from now on are sent there. An address inside your network must be allowed by the operator (outbound.allowed_networks).'
            }
          />
          <TextInput label="Description" isOptional {...form.field('description')} placeholder="Security operations" />
        </Form>
      )}
    </Dialog>
  )
}

interface Values {
  readonly url: string
  readonly description: string
}

function save(organization: string, webhook: Webhook | null, attributes: Values) {
  const body = { data: { type: 'audit-webhooks' as const, attributes } }
  return webhook
    ? call('patch', '/api/v2/audit-webhooks/{audit_webhook}', { params: { path: { audit_webhook: webhook.id } }, body })
    : call('post', '/api/v2/organizations/{organization}/audit-webhooks', { params: { path: { organization } }, body })
}

function commandOf(webhook: Webhook | null, { url, description }: Values): string {
  if (!webhook) return `slipway audit webhook create ${url || 'URL'} > secret.txt`
  const address = url === webhook.attributes.url ? '' : ` --address ${url || 'URL'}`
  const words = description === webhook.attributes.description ? '' : ` --description '${description}'`
  return `slipway audit webhook update ${webhook.id}${address}${words}`
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
