// The columns of the list of source codes.
import { addresses } from '@/lib/addresses'
import { Labels } from '@/ui/labels'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { UsedBy } from '@/ui/used-by'
import type { SourceCode } from '../queries'

export function columns(organization: string): readonly Column<SourceCode>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.sourceCode(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'repository',
      title: 'Repository',
      narrow: 'second',
      isWide: true,
      cell: ({ attributes }) => (
        <Text isMono level={2} title={attributes.address}>
          {attributes.repository}
        </Text>
      ),
    },
    { key: 'status', title: 'Health', narrow: 'end', cell: ({ attributes }) => <Status of="repository" value={attributes.status as StatusWord<'repository'>} /> },
    {
      key: 'labels',
      title: 'Labels',
      from: 1240,
      cell: ({ attributes }) => <Labels labels={attributes.labels} />,
    },
    {
      key: 'used-by',
      title: 'Used by',
      align: 'end',
      from: 1024,
      cell: ({ id, attributes }) => <UsedBy uses={attributes['used-by']} to={addresses.sourceCode(organization, id)} />,
    },
    {
      key: 'synchronized',
      title: 'Synchronized',
      align: 'end',
      from: 1024,
      cell: ({ attributes }) => (attributes['synchronized-at'] ? <Time at={attributes['synchronized-at']} form="short" /> : <Text level={3}>never</Text>),
    },
  ]
}
