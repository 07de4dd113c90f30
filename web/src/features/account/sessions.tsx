// The browsers that the caller is signed in with.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { ErrorNotice } from '@/ui/alert'
import { toApiError } from '@/api/errors'
import { browserName } from './browser-name'

type Session = ResourceOf<'Session'>

const parse: ParseSearch<{ page: number | undefined }> = (raw) => ({ page: parameter.page(raw['page']) })

export default function Sessions() {
  const queries = useQueryClient()
  const [{ page = 1 }, change] = useSearchState(parse)
  const [asked, setAsked] = useState<Session | 'others' | null>(null)
  const { data, error, refetch } = useQuery(
    get('/api/v2/account/sessions', { params: { query: { 'page[number]': page, 'page[size]': 50 } } }),
  )
  const others = data?.data.filter((session) => !session.attributes['is-current']) ?? []
  const end = async () => {
    const ended = asked === 'others' ? others : asked ? [asked] : []
    for (const session of ended) {
      await call('delete', '/api/v2/account/sessions/{session}', { params: { path: { session: session.id } } })
    }
    await queries.invalidateQueries({ queryKey: stale('/api/v2/account/sessions') })
  }
  return (
    <>
      <PageHead
        title="Sessions"
        count={data?.meta?.pagination['total-count']}
        meta="Browsers that you are signed in with. Sign out those that you do not know, and then change your password."
        actions={
          <Button disabledReason={others.length === 0 ? 'You are signed in nowhere else.' : null} onClick={() => setAsked('others')}>
            Sign out all others…
          </Button>
        }
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Sessions"
          columns={columns(setAsked)}
          rows={data?.data}
          rowKey={(session) => session.id}
          expected={3}
          empty={
            <EmptyState title="No sessions">You use a token here, and are signed in with no browser.</EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(to) => void change({ page: to })} />
      <ConfirmDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === 'others' ? `Sign out ${others.length} other ${others.length === 1 ? 'browser' : 'browsers'}?` : 'Sign out this browser?'}
        verb="Sign out"
        isDanger
        onConfirm={end}
      >
        <p>
          {asked && asked !== 'others' && <>{browserName(asked.attributes['user-agent'])}. </>}
          It is signed out at once and has to sign in again. Tokens are not touched.
        </p>
      </ConfirmDialog>
    </>
  )
}

const columns = (onEnd: (session: Session) => void): readonly Column<Session>[] => [
  {
    key: 'browser',
    title: 'Browser',
    narrow: 'first',
    cell: ({ attributes }) => (
      <span title={attributes['user-agent'] ?? undefined}>
        <Text isStrong>{browserName(attributes['user-agent'])}</Text>
      </span>
    ),
  },
  {
    key: 'current',
    title: '',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) =>
      attributes['is-current'] ? (
        <Badge size="sm" tone="accent">
          this browser
        </Badge>
      ) : null,
  },
  {
    key: 'address',
    title: 'From',
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes['remote-address'] ?? '–'}
      </Text>
    ),
  },
  {
    key: 'created',
    title: 'Signed in',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={2}>
        <Time at={attributes['created-at']} />
      </Text>
    ),
  },
  {
    key: 'seen',
    title: 'Last used',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text level={2}>
        <Time at={attributes['last-seen-at']} />
      </Text>
    ),
  },
  {
    key: 'end',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (session) => (
      <Button
        size="sm"
        look="quiet"
        disabledReason={session.attributes['is-current'] ? 'This is where you are: use Sign out in the menu of your name.' : null}
        onClick={() => onEnd(session)}
      >
        Sign out…
      </Button>
    ),
  },
]
