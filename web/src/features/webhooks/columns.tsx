// The columns of the list of deliveries.
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { IconButton } from '@/ui/button'
import { Bytes } from '@/ui/bytes'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { outcomeOf } from './outcome'
import { notAgain } from './redeliver'
import styles from './webhooks.module.css'

export type Delivery = ResourceOf<'WebhookDelivery'>

/** `pull-request` as people say it. */
export function eventWords(event: string): string {
  const words = event.replaceAll(/[-_]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

interface Options {
  readonly organization: string
  readonly repository: string
  /** Why nothing may be handled again. */
  readonly refusal: string | null
  readonly onAgain: (delivery: Delivery) => void
}

export function columns({ organization, repository, refusal, onAgain }: Options): readonly Column<Delivery>[] {
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
      cell: ({ attributes }) => {
        const { text, isTold } = outcomeOf(attributes)
        return (
          <span className={styles.note}>
            <Text level={isTold ? 2 : 3}>{text}</Text>
          </span>
        )
      },
    },
    {
      key: 'again',
      title: 'Again',
      align: 'end',
      from: 1240,
      cell: ({ attributes }) => (attributes.redeliveries > 0 ? `${attributes.redeliveries}×` : null),
    },
    { key: 'size', title: 'Size', align: 'end', from: 1024, cell: ({ attributes }) => <Bytes value={attributes['body-bytes']} /> },
    { key: 'at', title: 'Received', align: 'end', narrow: 'second', cell: ({ attributes }) => <Time at={attributes['received-at']} form="short" /> },
    {
      key: 'redeliver',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (delivery) => (
        <IconButton
          icon="refresh"
          label={`Deliver again: ${eventWords(delivery.attributes.event).toLowerCase()}`}
          disabledReason={notAgain(refusal, delivery.attributes.state)}
          onClick={() => onAgain(delivery)}
        />
      ),
    },
  ]
}
