// The runner pools of an organization.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { refusalOf } from './refusal'
import { PoolForm } from './pool-form'
import { parsePools } from './search'

type Pool = ResourceOf<'RunnerPool'>

export default function RunnerPools() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const [{ page = 1, new: isNew }, change] = useSearchState(parsePools)
  const { data: document } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const refusal = refusalOf(document.data.attributes)
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/agent-pools', {
      params: { path: { organization }, query: { 'page[number]': page, 'page[size]': 50 } },
    }),
  )
  const to = (id: string) => `${addresses.settings(organization, 'runner-pools')}/${id}`
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => void change({ new: true })}>
      New pool
    </Button>
  )
  return (
    <>
      <PageHead
        title="Runner pools"
        count={data?.meta?.pagination['total-count']}
        meta="Machines that start OpenTofu. They only make connections outwards, so they can stand in any network."
        actions={data?.data.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Runner pools"
          rows={data?.data}
          rowKey={(pool) => pool.id}
          rowTo={(pool) => to(pool.id)}
          columns={columns(to)}
          expected={3}
          empty={
            <EmptyState title="No pools of your own" action={add} command={<Command text="slipway runner-pool create build --shared true" />}>
              Runs use the runner that comes with the server. Make a pool for another network, other machines or other credentials.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && !refusal && (
        <Dialog isOpen onClose={() => void change({ new: undefined }, { replace: true })} title="New runner pool" size="md">
          <PoolForm organization={organization} pool={null} onDone={(pool) => void navigate({ to: to(pool.id) })} />
        </Dialog>
      )}
    </>
  )
}

const columns = (to: (id: string) => string): readonly Column<Pool>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Link to={to(id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'state',
    title: 'State',
    narrow: 'second',
    cell: ({ attributes }) => (attributes['agent-count'] > 0 ? <Status of="health" value="ok" /> : <Status of="health" value="off" />),
  },
  { key: 'runners', title: 'Runners', align: 'end', narrow: 'end', cell: ({ attributes }) => attributes['agent-count'] },
  {
    key: 'shared',
    title: 'Used by',
    from: 1024,
    cell: ({ attributes }) => <Text level={2}>{attributes['organization-scoped'] ? 'every workspace here' : 'chosen workspaces'}</Text>,
  },
  {
    key: 'made',
    title: 'Made',
    align: 'end',
    from: 1240,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]
