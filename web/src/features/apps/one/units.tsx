// The units of an app as they are now.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { ErrorNotice } from '@/ui/alert'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type App, type Unit, unitsOf } from '../queries'

const COLUMNS: readonly Column<Unit>[] = [
  { key: 'name', title: 'Unit', narrow: 'first', cell: ({ attributes }) => <Text isMono>{attributes.name}</Text> },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    isWide: true,
    cell: ({ attributes }) => <Status of="unit" value={attributes.status} {...(attributes.reason && { detail: <span title={attributes.reason}>{attributes.reason}</span> })} />,
  },
  { key: 'version', title: 'Version', align: 'end', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{`v${attributes['app-version']}`}</Text> },
  { key: 'address', title: 'Inside', from: 1240, cell: ({ attributes }) => <Text isMono level={2}>{attributes.address ?? ''}</Text> },
  { key: 'restarts', title: 'Restarts', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={attributes.restarts > 0 ? 1 : 3}>{attributes.restarts}</Text> },
  {
    key: 'since',
    title: 'Since',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => <Text level={3}>{attributes['started-at'] ? <Time at={attributes['started-at']} form="short" /> : ''}</Text>,
  },
]

export function Units({ app }: { app: App }) {
  const { data, error, refetch } = useQuery(unitsOf(app.id))
  const rows = data?.data as readonly Unit[] | undefined
  return (
    <Section title="Units" count={data?.meta?.pagination['total-count']}>
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Units"
          rows={rows}
          rowKey={({ id }) => id}
          columns={COLUMNS}
          hasKeys={false}
          expected={2}
          empty={<Text level={3}>{app.attributes['is-stopped'] ? 'None: it is stopped.' : 'None runs.'}</Text>}
        />
      )}
    </Section>
  )
}
