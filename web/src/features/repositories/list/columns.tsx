// The columns of the list of repositories.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { UsedBy } from '@/ui/used-by'
import type { Repository } from '../queries'
import styles from '../repositories.module.css'

export function columns(organization: string): readonly Column<Repository>[] {
  return [
    {
      key: 'name',
      title: 'Repository',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.repository(organization, id)} look="name" title={attributes.address}>
          {attributes['full-name']}
        </Link>
      ),
    },
    { key: 'health', title: 'Health', isWide: true, narrow: 'second', cell: ({ attributes }) => <Health repository={attributes} /> },
    {
      key: 'workspaces',
      title: 'Workspaces',
      align: 'end',
      from: 1024,
      cell: ({ id, attributes }) => <UsedBy uses={attributes['used-by']} to={addresses.repository(organization, id, 'workspaces')} />,
    },
    {
      key: 'branch',
      title: 'Default branch',
      from: 1240,
      cell: ({ attributes }) =>
        attributes['default-branch'] ? (
          <Text isMono level={2}>
            {attributes['default-branch']}
          </Text>
        ) : (
          <Text level={3}>empty</Text>
        ),
    },
    {
      key: 'hook',
      title: 'Webhook',
      from: 1024,
      cell: ({ attributes }) =>
        attributes.webhook ? <Status of="webhook" value={attributes.webhook as StatusWord<'webhook'>} /> : <Text level={3}>not yet</Text>,
    },
    {
      key: 'synchronized',
      title: 'Synchronized',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) =>
        attributes['synchronized-at'] ? <Time at={attributes['synchronized-at']} form="short" /> : <Text level={3}>never</Text>,
    },
  ]
}

function Health({ repository }: { repository: Repository['attributes'] }) {
  return (
    <span className={styles.reason}>
      <Status of="repository" value={repository.status as StatusWord<'repository'>} />
      {repository.error && (
        <Text isSmall level={2}>
          {repository.error}
        </Text>
      )}
    </span>
  )
}
