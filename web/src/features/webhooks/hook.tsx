// How the webhook of a repository stands: whether the forge has it, when it last told something, what was refused.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { counted } from '@/lib/numbers'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { CopyButton } from '@/ui/copy-button'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { ShownOnce } from '@/ui/shown-once'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './webhooks.module.css'

interface HookProps {
  organization: string
  repository: string
  /** Why nothing can be done with it. */
  refusal: string | null
}

export function Hook({ repository, refusal }: HookProps) {
  const queries = useQueryClient()
  const [isRotating, setRotating] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const params = { path: { repository } }
  const { data, error, refetch } = useQuery({ ...get('/api/v2/repositories/{repository}/webhook', { params }), retry: false })
  const fresh = () =>
    Promise.all(
      [stale('/api/v2/repositories/{repository}/webhook'), stale('/api/v2/repositories/{repository}')].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    )
  const mend = useMutation({ mutationFn: () => call('post', '/api/v2/repositories/{repository}/actions/set-webhook', { params }), onSuccess: fresh })
  const isMissing = error !== null && toApiError(error).isMissing
  const hook = data?.data as ResourceOf<'Webhook'> | undefined
  const isSet = hook?.attributes.state === 'set'
  return (
    <Section title="Webhook">
      <Stack gap={3}>
        {mend.error && <ErrorNotice error={toApiError(mend.error)} />}
        {secret && (
          <ShownOnce title="Set this secret at the forge" text={secret} what="the secret">
            This webhook is set by hand. Deliveries that are signed with the former secret still count for an hour.
          </ShownOnce>
        )}
        {hook ? (
          <Facts hook={hook} />
        ) : isMissing ? (
          <Text level={3}>It is set once something comes from the repository. Until then the repository is looked at now and then.</Text>
        ) : error ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Skeleton height={96} />
        )}
        <Row gap={2} isWrapping>
          <Button size="sm" icon="refresh" isBusy={mend.isPending} disabledReason={refusal} onClick={() => mend.mutate()}>
            {isSet ? 'Check and mend' : 'Set it now'}
          </Button>
          <Button
            size="sm"
            icon="key"
            disabledReason={refusal ?? (hook ? null : 'There is no webhook yet.')}
            onClick={() => setRotating(true)}
          >
            Rotate the secret…
          </Button>
        </Row>
      </Stack>
      <ConfirmDialog
        isOpen={isRotating}
        onClose={() => setRotating(false)}
        title="Rotate the secret of the webhook?"
        verb="Rotate secret"
        onConfirm={async () => {
          const rotated = await call('post', '/api/v2/repositories/{repository}/actions/rotate-secret', { params })
          setSecret(rotated.data.attributes.secret ?? null)
          await fresh()
        }}
      >
        <Stack gap={3}>
          <p>The forge is told the new one. Deliveries that are signed with the former one still count for an hour.</p>
          <Command text={`slipway webhook rotate-secret --repo ${repository}`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

function Facts({ hook: { attributes } }: { hook: ResourceOf<'Webhook'> }) {
  const { url, error, refused } = attributes
  const refusedAt = attributes['refused-at']
  return (
    <>
      {error && (
        <Alert tone={attributes.state === 'impossible' ? 'neutral' : 'warning'} title={attributes.state === 'impossible' ? 'It cannot be set: the repository is looked at instead' : 'It is not set yet'}>
          {error}
        </Alert>
      )}
      <KeyValue
        entries={[
          ['State', <Status key="state" of="webhook" value={attributes.state as StatusWord<'webhook'>} />],
          [
            'Address',
            url ? (
              <span key="url" className={styles.address}>
                <code>{url}</code>
                <CopyButton text={url} what="the address" />
              </span>
            ) : (
              'none: nobody outside can reach this server'
            ),
          ],
          attributes['remote-id'] ? ['At the forge', <code key="remote">{attributes['remote-id']}</code>] : null,
          ['Last delivery', attributes['delivered-at'] ? <Time key="delivered" at={attributes['delivered-at']} /> : 'none yet'],
          ['Checked', attributes['checked-at'] ? <Time key="checked" at={attributes['checked-at']} /> : 'not yet'],
          refused > 0
            ? [
                'Refused',
                <span key="refused">
                  {counted(refused, 'delivery', 'deliveries')} without the right signature
                  {refusedAt && (
                    <>
                      , the last <Time at={refusedAt} />
                    </>
                  )}
                </span>,
              ]
            : null,
        ]}
      />
    </>
  )
}
