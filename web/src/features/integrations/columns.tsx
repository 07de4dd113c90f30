// The columns of the list of integrations.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { UsedBy } from '@/ui/used-by'
import { healthOf } from './health'
import type { Integration } from './values'
import styles from './integrations.module.css'

export function columns(organization: string): readonly Column<Integration>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.integration(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    { key: 'kind', title: 'Kind', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes['kind-title']}</Text> },
    {
      key: 'account',
      title: 'Acts as',
      from: 1024,
      cell: ({ attributes }) => (attributes.account ? <Text level={2}>{attributes.account}</Text> : <Text level={3}>not known yet</Text>),
    },
    { key: 'health', title: 'Health', isWide: true, narrow: 'second', cell: (integration) => <Health integration={integration} /> },
    {
      key: 'used-by',
      title: 'Used by',
      from: 1024,
      cell: ({ id, attributes }) => <UsedBy uses={attributes['used-by']} to={addresses.integration(organization, id)} isWhole />,
    },
    {
      key: 'checked',
      title: 'Tested',
      align: 'end',
      from: 1240,
      cell: ({ attributes }) => (attributes['checked-at'] ? <Time at={attributes['checked-at']} form="short" /> : <Text level={3}>never</Text>),
    },
    {
      key: 'expires',
      title: 'Expires',
      align: 'end',
      from: 1520,
      cell: ({ attributes }) => (attributes['expires-at'] ? <Time at={attributes['expires-at']} form="short" /> : <Text level={3}>–</Text>),
    },
  ]
}

function Health({ integration }: { integration: Integration }) {
  const { status, reason } = healthOf(integration)
  return (
    <span className={styles.reason}>
      <Status of="integration" value={status} />
      {reason && status !== 'off' && (
        <Text isSmall level={2}>
          {reason}
        </Text>
      )}
    </span>
  )
}
