// Where events are sent as they happen.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { toast, toastError } from '@/ui/toast'
import { ReplaceSecret } from './replace-secret'
import { webhookColumns } from './webhook-columns'
import { WebhookDialog } from './webhook-form'

export type Webhook = ResourceOf<'AuditWebhook'>

export function Webhooks({ organization, refusal }: { organization: string; refusal: string | null }) {
  const queries = useQueryClient()
  const [open, setOpen] = useState<Webhook | 'new' | null>(null)
  const [replaced, setReplaced] = useState<Webhook | null>(null)
  const [deleted, setDeleted] = useState<Webhook | null>(null)
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/audit-webhooks', {
      params: { path: { organization }, query: { 'page[size]': 100 } },
    }),
    enabled: refusal === null,
  })
  const changed = () => queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/audit-webhooks') })
  const columns = webhookColumns({
    onChange: setOpen,
    onTest: (webhook) => void test(webhook).then(changed, (thrown: unknown) => toastError(thrown, 'No test was sent.')),
    onSwitch: (webhook) => void enable(webhook).then(changed, (thrown: unknown) => toastError(thrown, 'The webhook is as it was.')),
    onReplace: setReplaced,
    onDelete: setDeleted,
  })
  const remove = async () => {
    if (!deleted) return
    await call('delete', '/api/v2/audit-webhooks/{audit_webhook}', { params: { path: { audit_webhook: deleted.id } } })
    await changed()
  }
  const add = (
    <Button look="primary" size="sm" icon="plus" disabledReason={refusal} onClick={() => setOpen('new')}>
      New webhook
    </Button>
  )
  return (
    <Section title="Send it to another system" count={data && data.data.length > 0 ? data.data.length : undefined} actions={data?.data.length === 0 ? undefined : add}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Webhooks"
          rows={refusal ? [] : (data?.data as readonly Webhook[] | undefined)}
          rowKey={(webhook) => webhook.id}
          columns={columns}
          isOff={({ attributes }) => !attributes.enabled}
          hasKeys={false}
          expected={2}
          empty={
            <EmptyState
              title={refusal ? 'You may not see where events are sent' : 'Events are sent nowhere'}
              action={refusal ? undefined : add}
              command={refusal ? undefined : <Command text="slipway audit webhook create https://siem.example.com/slipway > secret.txt" />}
            >
              {refusal ?? 'A webhook gets events as they happen, in order and signed, up to a hundred in a request. It is tried again for three days.'}
            </EmptyState>
          }
        />
      )}
      {open && <WebhookDialog organization={organization} webhook={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
      {replaced && <ReplaceSecret webhook={replaced} onClose={() => setReplaced(null)} />}
      <ConfirmDialog
        isOpen={deleted !== null}
        onClose={() => setDeleted(null)}
        title={`Delete the webhook to ${deleted?.attributes.url}?`}
        verb="Delete webhook"
        isDanger
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>Nothing more is sent there. Where it stopped is forgotten: a new webhook begins with what happens from then on.</p>
          <Command text={`slipway audit webhook delete ${deleted?.id} --yes`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

/** Sends a test and says what came of it. */
async function test(webhook: Webhook) {
  const { data } = await call('post', '/api/v2/audit-webhooks/{audit_webhook}/actions/test', {
    params: { path: { audit_webhook: webhook.id } },
  })
  const { delivered, status, error, 'duration-ms': took } = data.attributes
  const answer = status ? `It answered ${status} after ${took} ms.` : (error ?? 'There was no answer.')
  toast({ tone: delivered ? 'success' : 'danger', text: delivered ? `Delivered. ${answer}` : `Not delivered. ${answer}` })
}

/** Turns it on where it is off, and off where it is on. */
function enable(webhook: Webhook) {
  return call('patch', '/api/v2/audit-webhooks/{audit_webhook}', {
    params: { path: { audit_webhook: webhook.id } },
    body: { data: { type: 'audit-webhooks', attributes: { enabled: !webhook.attributes.enabled } } },
  })
}
