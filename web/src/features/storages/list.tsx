// Buckets for states of other tools.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { CREATE, READ, type Storage } from './queries'
import { bucketName, CLOUDS, whereabouts } from './words'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']) })

export default function Storages() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [search, setSearch] = useSearchState(parseSearch)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/storages', {
      params: { path: { organization }, query: { ...(search.page && { 'page[number]': search.page }), 'page[size]': 50 } },
    }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Storage[] | undefined
  const add = <Add organization={organization} refusal={allowed.refusal(CREATE)} />
  return (
    <>
      <PageHead
        title="Storages"
        count={data?.meta?.pagination['total-count']}
        meta="Buckets that other tools and teams keep their states in. Workspaces here keep theirs in Slipway, and need none."
        actions={rows?.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Storages"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.storage(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={3}
          empty={
            <EmptyState
              title="No storages yet"
              action={add}
              command={<Command text="slipway storage create states --integration aws --bucket acme-states --region eu-central-1" />}
            >
              Slipway makes a bucket with one of your integrations, as states need it: with versions, encrypted, closed to the world. Others paste a block
              and keep their states there.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
    </>
  )
}

function Add({ organization, refusal }: { organization: string; refusal: string | null }) {
  if (refusal) {
    return (
      <Button look="primary" icon="plus" disabledReason={refusal}>
        New storage
      </Button>
    )
  }
  return (
    <LinkButton look="primary" icon="plus" to={addresses.newStorage(organization)}>
      New storage
    </LinkButton>
  )
}

function columns(organization: string): readonly Column<Storage>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.storage(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="storage" value={attributes.status} /> },
    {
      key: 'bucket',
      title: 'Bucket',
      narrow: 'second',
      isWide: true,
      cell: ({ attributes }) => (
        <Text isMono level={2}>
          {bucketName(attributes.place)}
        </Text>
      ),
    },
    { key: 'cloud', title: 'Cloud', from: 1024, cell: ({ attributes }) => CLOUDS[attributes.place.kind] },
    { key: 'where', title: 'Where', from: 1024, cell: ({ attributes }) => <Text isMono>{whereabouts(attributes.place)}</Text> },
  ]
}
