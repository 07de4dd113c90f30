// Everybody who has an account on the site.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { NewUser } from './new-user'
import { parseAdmin } from './search'
import { type UserAction, UserActionDialog } from './user-action'
import { userColumns } from './user-columns'

export default function Users() {
  const [{ page = 1, q, new: isNew }, change] = useSearchState(parseAdmin)
  const [asked, setAsked] = useState<{ user: ResourceOf<'User'>; action: UserAction } | null>(null)
  const { data: account } = useSuspenseQuery(get('/api/v2/account/details'))
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/admin/users', {
      params: { query: { 'page[number]': page, 'page[size]': 50, ...(q && { 'search[username]': q }) } },
    }),
    placeholderData: (before) => before,
  })
  return (
    <>
      <PageHead
        title="Users"
        count={data?.meta?.pagination['total-count']}
        meta="Accounts of people and programs. Whoever is invited to an organization makes an account by the invitation."
        actions={
          <Button look="primary" icon="plus" onClick={() => void change({ new: true })}>
            New user
          </Button>
        }
      />
      <FilterBar
        filters={[]}
        values={{ q }}
        text={{ name: 'q', placeholder: 'Name' }}
        onChange={(changes) => void change({ ...changes, page: undefined } as never)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Users"
          rows={data?.data as readonly ResourceOf<'User'>[] | undefined}
          rowKey={(user) => user.id}
          columns={userColumns(account.data.id, (user, action) => setAsked({ user, action }))}
          isOff={({ attributes }) => attributes['is-suspended'] ?? false}
          isStale={isPlaceholderData}
          empty={<EmptyState title="Nobody is called like that">Look for another part of the name.</EmptyState>}
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && <NewUser onClose={() => void change({ new: undefined }, { replace: true })} />}
      {asked && <UserActionDialog {...asked} onClose={() => setAsked(null)} />}
    </>
  )
}
