// The data keys of the site and of every organization, and how far their rotations are; never a key itself.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted, total } from '@/lib/numbers'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { parseAdmin } from './search'

type DataKey = ResourceOf<'DataKey'>

/** A part of the page of keys. */
export function DataKeys() {
  const [{ page = 1 }, change] = useSearchState(parseAdmin)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/admin/keys', { params: { query: { 'page[number]': page, 'page[size]': 20 } } }),
    placeholderData: (before) => before,
    // Rotations go on without an event.
    staleTime: 0,
  })
  const rows = data?.data as readonly DataKey[] | undefined
  const count = data?.meta?.pagination['total-count']
  return (
    <Section
      title="Data keys"
      {...(count !== undefined && { count: total(count) })}
      about="The secrets of each organization are sealed with keys of its own, which the master key wraps. The last version seals, the others still open."
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table label="Data keys" rows={rows} rowKey={(key) => key.id} columns={COLUMNS} isStale={isPlaceholderData} expected={2} />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </Section>
  )
}

const COLUMNS: readonly Column<DataKey>[] = [
  {
    key: 'name',
    title: 'Whose',
    isWide: true,
    narrow: 'first',
    cell: ({ id, attributes }) =>
      id === 'site' ? (
        <Text isStrong>The site</Text>
      ) : (
        <Link to={addresses.organization(attributes.name)} look="name">
          {attributes.name}
        </Link>
      ),
  },
  {
    key: 'versions',
    title: 'Versions',
    from: 1024,
    cell: ({ attributes }) => <Text level={2}>{attributes.versions.join(', ')}</Text>,
  },
  { key: 'rotation', title: 'Rotation', narrow: 'second', cell: ({ attributes }) => <Rotation rotation={attributes.rotation} /> },
  {
    key: 'master',
    title: 'Wrapped by',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes['master-key']}
      </Text>
    ),
  },
  {
    key: 'newest',
    title: 'Newest made',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['newest-created-at']} form="short" />
      </Text>
    ),
  },
]

/** What is done in each state. */
const STEPS: Readonly<Record<string, string>> = {
  resealing: 'sealing again',
  waiting: 'waiting for a day before the last look',
  checking: 'looking whether anything is left',
}

function Rotation({ rotation }: { rotation: DataKey['attributes']['rotation'] }) {
  if (!rotation) return <Text level={3}>never rotated</Text>
  const { state, version, resealed, 'changed-at': at } = rotation
  if (state === 'done') return <Status of="health" value="ok" detail={<>to version {version}, <Time at={at} /></>} />
  const step = STEPS[state] ?? state
  return <Status of="health" value="running" detail={`to version ${version}: ${step}, ${counted(resealed, 'secret')} so far`} />
}
