// The columns of the list of apps.
import { addresses } from '@/lib/addresses'
import { Labels } from '@/ui/labels'
import { Anchor, Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import type { App } from '../queries'
import { unitsOfAll, versionName } from '../words'

export const columns = (organization: string): readonly Column<App>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    sort: 'name',
    cell: ({ attributes }) => (
      <Link to={addresses.app(organization, attributes.name)} look="name" {...(attributes.description && { title: attributes.description })}>
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    isWide: true,
    cell: ({ attributes }) => <Status of="app" value={attributes.status} {...(attributes.reason && { detail: <span title={attributes.reason}>{attributes.reason}</span> })} />,
  },
  {
    key: 'units',
    title: 'Units',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => {
      const { ready, wanted } = unitsOfAll(attributes.processes)
      return attributes.processes.length > 0 && <Text level={2}>{`${ready} of ${wanted} ready`}</Text>
    },
  },
  {
    key: 'version',
    title: 'Version',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => <Text level={2}>{versionName(attributes['live-version']) ?? 'none'}</Text>,
  },
  {
    key: 'address',
    title: 'Address',
    from: 1024,
    cell: ({ attributes: { urls } }) => urls[0] && <Anchor href={urls[0]}>{urls[0].replace(/^https?:\/\//, '')}</Anchor>,
  },
  { key: 'pool', title: 'Pool', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes.pool.name}</Text> },
  { key: 'plan', title: 'Plan', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes.plan.name}</Text> },
  { key: 'labels', title: 'Labels', from: 1520, cell: ({ attributes }) => <Labels labels={attributes.labels} /> },
]
