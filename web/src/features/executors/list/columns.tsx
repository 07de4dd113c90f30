// The columns of the list of executors.
import { addresses } from '@/lib/addresses'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Executor } from '../queries'
import { OPERATIONS, whatRuns } from '../words'

export const columns = (organization: string): readonly Column<Executor>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    sort: 'name',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Row gap={2}>
        <Link to={addresses.executor(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
        {!attributes['is-enabled'] && <Tag isLine>disabled</Tag>}
      </Row>
    ),
  },
  {
    key: 'what',
    title: 'Runs',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2} isCut title={whatRuns(attributes)}>
        {whatRuns(attributes)}
      </Text>
    ),
  },
  { key: 'operation', title: 'Does', from: 1240, cell: ({ attributes }) => <Text level={2}>{OPERATIONS[attributes.operation]}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="executor" value={attributes.status} /> },
  {
    key: 'last',
    title: 'Last run',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => <Text level={3}>{attributes['latest-run-at'] ? <Time at={attributes['latest-run-at']} form="short" /> : 'never'}</Text>,
  },
]
