// The caller's own tokens.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { NewToken } from './new-token'
import { parseTokens } from './search'
import { TokenTable } from './token-table'

export default function AccountTokens() {
  const { data: account } = useSuspenseQuery(get('/api/v2/account/details'))
  const [{ page = 1, new: isNew }, change] = useSearchState(parseTokens)
  const user = account.data.id
  const { data, error, refetch } = useQuery(
    get('/api/v2/users/{user}/authentication-tokens', {
      params: { path: { user }, query: { 'page[number]': page, 'page[size]': 50 } },
    }),
  )
  const add = (
    <Button look="primary" icon="plus" onClick={() => void change({ new: true })}>
      New token
    </Button>
  )
  return (
    <>
      <PageHead
        title="Tokens"
        count={data?.meta?.pagination['total-count']}
        meta="For the command line and for programs that act as you. A token can do what you can, and less with limits."
        actions={data?.data.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <TokenTable
          tokens={data?.data}
          empty={
            <EmptyState title="No tokens yet" action={add} command={<Command text={`slipway login ${window.location.origin}`} />}>
              A token lets the command line, or a program, act as you. Signing in with the command line makes one by itself.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(to) => void change({ page: to })} />
      {isNew && (
        <NewToken
          holders={[{ kind: 'user', id: user, name: account.data.attributes.username }]}
          longest={null}
          onClose={() => void change({ new: undefined }, { replace: true })}
        />
      )}
    </>
  )
}
