// Resources to choose for a workflow: all of them at first.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import type { Resource } from '../queries'

interface PickedProps {
  organization: string
  /** Undefined while they are on their way. */
  rows: readonly Resource[] | undefined
  left: ReadonlySet<string>
  /** Ids of those that are left out. */
  onLeft: (left: ReadonlySet<string>) => void
  empty: React.ReactNode
}

export function Picked({ organization, rows, left, onLeft, empty }: PickedProps) {
  const chosen = new Set(rows?.map(({ id }) => id).filter((id) => !left.has(id)))
  return (
    <Table
      label="Resources"
      rows={rows}
      rowKey={({ id }) => id}
      rowName={({ attributes }) => attributes.name}
      columns={columns(organization)}
      selection={chosen}
      onSelection={(next) => onLeft(new Set(rows?.map(({ id }) => id).filter((id) => !next.has(id))))}
      expected={4}
      empty={empty}
    />
  )
}

const columns = (organization: string): readonly Column<Resource>[] => [
  {
    key: 'name',
    title: 'Resource',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Link to={addresses.resource(organization, id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'template',
    title: 'Template',
    narrow: 'second',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.template}
      </Text>
    ),
  },
  {
    key: 'version',
    title: 'Version',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes['version-name'] ?? 'no code'}
      </Text>
    ),
  },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    cell: ({ attributes }) => <Status of="resource" value={attributes.state === 'provisioned' && attributes.stale.length > 0 ? 'stale' : attributes.state} />,
  },
]
