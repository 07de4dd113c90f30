// Everything that is known of an event.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './activity.module.css'

export function EventDetails({ event }: { event: ResourceOf<'Event'> }) {
  const organization = useOrganization()
  const { attributes } = event
  const filtered = (search: Record<string, string>, text: string) => (
    <Link to={addresses.activity(organization)} search={search as never}>
      {text}
    </Link>
  )
  const request = attributes['request-id']
  const address = attributes['remote-address']
  const changes = Object.entries(attributes.changes as Readonly<Record<string, unknown>>)
  return (
    <div className={styles.details}>
      <KeyValue
        entries={[
          ['Action', filtered({ action: attributes.action }, attributes.action)],
          [
            'Object',
            <span key="object">
              <code>{attributes['object-id']}</code> {filtered({ object: attributes['object-id'] }, 'its history')}
            </span>,
          ],
          ['By', <code key="by">{attributes['actor-id'] ?? attributes['actor-kind']}</code>],
          request
            ? [
                'Request',
                <span key="request">
                  <code>{request}</code> {filtered({ request }, 'all that it did')}
                </span>,
              ]
            : null,
          address ? ['From', filtered({ address }, address)] : null,
          ['When', <Time key="when" at={attributes['created-at']} />],
          ['Event', <code key="id">{event.id}</code>],
        ]}
      />
      {changes.length > 0 && (
        <div>
          <h3>Changed</h3>
          <KeyValue
            entries={changes.map(([name, value]) => [
              name,
              <Text key={name} isMono>
                {shown(value)}
              </Text>,
            ])}
          />
        </div>
      )}
    </div>
  )
}

/** A value as it was recorded; a change from something to something else with an arrow. */
function shown(value: unknown): string {
  if (value === null || value === '') return 'none'
  if (typeof value !== 'object') return String(value)
  const { from, to } = value as { from?: unknown; to?: unknown }
  const isChange = !Array.isArray(value) && 'from' in value && 'to' in value
  return isChange ? `${shown(from)} → ${shown(to)}` : JSON.stringify(value)
}
