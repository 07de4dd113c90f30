// All changes of a resource, the newest first; one that is chosen is shown whole.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { useNames } from '../one/page'
import { type Change, changesOf, useOpenResource } from '../queries'
import { changeTitle, changeWords } from '../words'
import { ChangePanel } from './panel'

const parseChanges = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']), change: parameter.text(raw['change']) })

export default function ChangesPage() {
  const { organization, resource } = useOpenResource()
  const [{ page = 1, change: chosen }, change] = useSearchState(parseChanges)
  const { data, error, refetch } = useQuery(changesOf(resource.id, page))
  const names = useNames(resource)
  const rows = data?.data as readonly Change[] | undefined
  return (
    <Stack gap={6}>
      {chosen && <ChangePanel organization={organization} change={chosen} names={names} />}
      <Section title="Changes" count={data?.meta?.pagination['total-count']}>
        {error ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Changes"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns(addresses.resource(organization, resource.id, 'changes'))}
            hasKeys={false}
            expected={3}
            empty={<Text level={3}>None was asked for.</Text>}
          />
        )}
        <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
      </Section>
    </Stack>
  )
}

const columns = (to: string): readonly Column<Change>[] => [
  {
    key: 'title',
    title: 'Change',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={to} search={{ change: id } as never} look="name">
        {changeTitle(attributes)}
      </Link>
    ),
  },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="resourceChange" value={attributes.status} /> },
  {
    key: 'what',
    title: 'What',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{(attributes.differences.length === 0 && attributes.reason) || changeWords(attributes)}</Text>,
  },
  { key: 'who', title: 'Asked by', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['requested-by']}</Text> },
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
