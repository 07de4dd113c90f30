// One delivery: what came, what came of it, its headers and its body; and how to have it handled again.
import { useSuspenseQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { useOrganization, useParam } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Bytes } from '@/ui/bytes'
import { Code } from '@/ui/code'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { Time } from '@/ui/time'
import { eventWords } from './columns'
import { outcomeOf } from './outcome'
import { HANDLED_SOON_MS, notAgain, useRedeliver } from './redeliver'
import styles from './webhooks.module.css'

export default function DeliveryPage() {
  const organization = useOrganization()
  const repository = useParam('repository')
  const delivery = useParam('delivery')
  const refusal = useAllowed(organization).refusal('webhook.manage')
  const params = { path: { delivery } }
  const { attributes } = useSuspenseQuery({
    ...get('/api/v2/deliveries/{delivery}', { params }),
    // No event tells when a delivery was handled that changed nothing.
    refetchInterval: ({ state }) => (state.data?.data.attributes.state === 'received' ? HANDLED_SOON_MS : false),
  }).data.data
  const again = useRedeliver()
  const outcome = outcomeOf(attributes)
  const headers = Object.entries(attributes.headers ?? {})
  return (
    <Stack gap={4}>
      <Section
        title={`Delivery: ${eventWords(attributes.event)}`}
        actions={
          <>
            <Link to={addresses.repository(organization, repository, 'webhook')}>All deliveries</Link>
            <Button
              size="sm"
              icon="refresh"
              isBusy={again.isPending}
              disabledReason={notAgain(refusal, attributes.state)}
              onClick={() => again.mutate(delivery)}
            >
              Deliver again
            </Button>
          </>
        }
      >
        <Stack gap={3}>
          {again.error && <ErrorNotice error={toApiError(again.error)} />}
          <KeyValue
            entries={[
              ['State', <Status key="state" of="delivery" value={attributes.state as StatusWord<'delivery'>} />],
              outcome.text ? ['What came of it', outcome.text] : null,
              ['Received', <Time key="received" at={attributes['received-at']} />],
              attributes['handled-at'] ? ['Handled', <Time key="handled" at={attributes['handled-at']} />] : null,
              attributes.redeliveries > 0 ? ['Delivered again', counted(attributes.redeliveries, 'time')] : null,
              ['Id', <code key="id">{delivery}</code>],
            ]}
          />
          <Command text={`slipway webhook redeliver ${delivery}`} />
        </Stack>
      </Section>
      <Section title="Headers" count={headers.length} about="Without those that open or prove anything.">
        <div className={styles.headers}>
          <KeyValue width="lg" entries={headers.map(([name, value]) => [name, <code key={name}>{value}</code>] as const)} />
        </div>
      </Section>
      <Section title="Body" count={<Bytes value={attributes['body-bytes']} />}>
        {/* What scrolls is reached with the keyboard. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={styles.body} tabIndex={0} role="group" aria-label="Body">
          <Code text={pretty(attributes.body ?? '')} language="json" copy="the body" />
        </div>
      </Section>
    </Stack>
  )
}

/** As people read JSON; anything else as it is. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
