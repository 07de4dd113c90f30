// The columns of the list of deliveries.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Bytes } from '@/ui/bytes'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import styles from './webhooks.module.css'

export type Delivery = ResourceOf<'WebhookDelivery'>

/** `pull-request` as people say it. */
export function eventWords(event: string): string {
  const words = event.replaceAll(/[-_]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function columns(organization: string, repository: string): readonly Column<Delivery>[] {
  return [
    {
      key: 'event',
      title: 'Event',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={`${addresses.repository(organization, repository, 'webhook')}/${id}`} look="name" title={id}>
          {eventWords(attributes.event)}
        </Link>
      ),
    },
    {
      key: 'state',
      title: 'State',
      narrow: 'second',
      cell: ({ attributes }) => <Status of="delivery" value={attributes.state as StatusWord<'delivery'>} />,
    },
    {
      key: 'note',
      title: 'What came of it',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => (
        <span className={styles.note}>
          <Text level={2}>{attributes.note ?? ''}</Text>
        </span>
      ),
    },
    {
      key: 'again',
      title: 'Again',
      align: 'end',
      from: 1240,
      cell: ({ attributes }) => (attributes.redeliveries > 0 ? `${attributes.redeliveries}×` : null),
    },
    { key: 'size', title: 'Size', align: 'end', from: 1024, cell: ({ attributes }) => <Bytes value={attributes['body-bytes']} /> },
    { key: 'at', title: 'Received', align: 'end', narrow: 'end', cell: ({ attributes }) => <Time at={attributes['received-at']} form="short" /> },
  ]
}
