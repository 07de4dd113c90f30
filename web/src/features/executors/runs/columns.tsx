// The columns of lists of an executor's runs.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import type { ExecutorRun } from '../queries'
import { OPERATIONS } from '../words'

export const columns = (organization: string): readonly Column<ExecutorRun>[] => [
  {
    key: 'what',
    title: 'Run',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Link to={addresses.runById(organization, id)} look="name">
        {attributes.message || OPERATIONS[attributes.operation]}
      </Link>
    ),
  },
  { key: 'operation', title: 'Did', from: 1240, cell: ({ attributes }) => <Text level={2}>{OPERATIONS[attributes.operation]}</Text> },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    cell: ({ attributes }) => <Status of="run" value={attributes.status} />,
  },
  {
    key: 'ref',
    title: 'Of',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2} isCut title={attributes.commit ?? undefined}>
        {attributes.ref ?? 'what was applied before'}
      </Text>
    ),
  },
  { key: 'who', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['started-by'] ?? ''}</Text> },
  {
    key: 'took',
    title: 'Took',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Duration from={attributes['created-at']} to={attributes['ended-at']} isStopwatch />
      </Text>
    ),
  },
  {
    key: 'when',
    title: 'When',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]
