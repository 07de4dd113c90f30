// Accounts of programs.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { AccountForm } from './account-form'
import { parseServiceAccounts } from './search'

type Account = ResourceOf<'ServiceAccount'>

export default function ServiceAccounts() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const allowed = useAllowed(organization)
  allowed.demand('organization.access.read')
  const refusal = allowed.refusal('organization.access.manage')
  const [{ page = 1, q, new: isNew }, change] = useSearchState(parseServiceAccounts)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/service-accounts', {
      params: { path: { organization }, query: { 'page[number]': page, 'page[size]': 50, ...(q && { q }) } },
    }),
    placeholderData: (before) => before,
  })
  const to = (id: string) => `${addresses.settings(organization, 'service-accounts')}/${id}`
  const close = () => void change({ new: undefined }, { replace: true })
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => void change({ new: true })}>
      New service account
    </Button>
  )
  return (
    <>
      <PageHead
        title="Service accounts"
        count={data?.meta?.pagination['total-count']}
        meta="Accounts of programs: they sign in with tokens only, and may do what is given to them."
        actions={data?.data.length === 0 && !q ? undefined : add}
      />
      {(q || data?.data.length !== 0) && (
        <FilterBar
          filters={[]}
          values={{ q }}
          text={{ name: 'q', placeholder: 'Name' }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Service accounts"
          rows={data?.data}
          rowKey={(account) => account.id}
          rowTo={(account) => to(account.id)}
          columns={columns(to)}
          isStale={isPlaceholderData}
          empty={
            <EmptyState
              title={q ? 'No account is called like that' : 'No service accounts yet'}
              action={q ? undefined : add}
              command={q ? undefined : <Command text={'slipway service-account create ci --description "Plans pull requests"'} />}
            >
              {q
                ? 'Look for another part of the name.'
                : 'Give a program an account of its own instead of a token of a person: its access is its own, and ends when you say so.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && !refusal && (
        <Dialog isOpen onClose={close} title="New service account" size="md">
          <AccountForm organization={organization} account={null} onDone={(account) => void navigate({ to: to(account.id) })} />
        </Dialog>
      )}
    </>
  )
}

const columns = (to: (id: string) => string): readonly Column<Account>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={to(id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'description',
    title: 'What it is for',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{attributes.description}</Text>,
  },
  {
    key: 'username',
    title: 'In events',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.username}
      </Text>
    ),
  },
  {
    key: 'made',
    title: 'Made',
    align: 'end',
    narrow: 'end',
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]
