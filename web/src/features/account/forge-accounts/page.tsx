// The caller's accounts at Git forges: what they write in pull requests is decided by the caller's permissions here.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { useSearchState } from '@/lib/search'
import { LinkForgeAccount } from './link-dialog'
import { parseForgeAccounts } from './search'

export type ForgeAccount = ResourceOf<'ForgeAccount'>

const LIST = stale('/api/v2/account/forge-accounts')

export default function ForgeAccounts() {
  const queries = useQueryClient()
  const [{ page = 1, link: isLinking }, change] = useSearchState(parseForgeAccounts)
  const [removed, setRemoved] = useState<ForgeAccount | null>(null)
  const { data, error, refetch } = useQuery(
    get('/api/v2/account/forge-accounts', { params: { query: { 'page[number]': page, 'page[size]': 50 } } }),
  )
  const rows = data?.data as readonly ForgeAccount[] | undefined
  const refresh = () => queries.invalidateQueries({ queryKey: LIST })
  const add = (
    <Button look="primary" icon="plus" onClick={() => void change({ link: true })}>
      Link an account
    </Button>
  )
  return (
    <>
      <PageHead
        title="Forge accounts"
        count={data?.meta?.pagination['total-count']}
        meta="Who you are where pull requests are. What these accounts write there is decided by your permissions here, and by nothing that the forge says."
        actions={rows?.length === 0 || error ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Forge accounts"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(setRemoved)}
          expected={2}
          empty={
            <EmptyState title="No account at a forge is linked" action={add} command={<Command text="slipway account link github.com LOGIN" />}>
              Comments like <code>slipway plan</code> and <code>slipway apply</code> in pull requests count only when Slipway knows who wrote
              them. Link your account at the forge, and they may do what you may. Forges that you sign in to Slipway by are known already.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(to) => void change({ page: to })} />
      {isLinking && <LinkForgeAccount onClose={() => void change({ link: undefined }, { replace: true })} onDone={() => void refresh()} />}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Unlink ${removed?.attributes.login} at ${removed?.attributes.host}?`}
        verb="Unlink"
        isDanger
        onConfirm={async () => {
          await call('delete', '/api/v2/account/forge-accounts/{forge_account}', { params: { path: { forge_account: removed?.id ?? '' } } })
          await refresh()
        }}
      >
        <Stack gap={3}>
          <p>What it writes in pull requests from then on starts nothing. What it started already goes on.</p>
          <Command text={`slipway account unlink ${removed?.attributes.host} ${removed?.attributes.login}`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

const columns = (onRemove: (account: ForgeAccount) => void): readonly Column<ForgeAccount>[] => [
  { key: 'login', title: 'Login', narrow: 'first', cell: ({ attributes }) => <Text isStrong>{attributes.login}</Text> },
  {
    key: 'host',
    title: 'Forge',
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.host}
      </Text>
    ),
  },
  {
    key: 'seen',
    title: 'Counts',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) =>
      attributes['is-seen'] ? (
        <Text level={2}>yes, whoever gets the login later</Text>
      ) : (
        <Text level={3}>not before its comment; link it again for a new one</Text>
      ),
  },
  { key: 'created', title: 'Linked', align: 'end', from: 1024, cell: ({ attributes }) => <Time at={attributes['created-at']} form="short" /> },
  {
    key: 'remove',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (account) => (
      <Button size="sm" look="quiet" aria-label={`Unlink… ${account.attributes.login} at ${account.attributes.host}`} onClick={() => onRemove(account)}>
        Unlink…
      </Button>
    ),
  },
]
