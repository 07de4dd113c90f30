// Tokens in rows: what they are for, whom they stand for, what they may, when they were used and when they end.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf } from '@/api/query'
import { useNow } from '@/lib/now'
import { IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Menu } from '@/ui/menu'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Tooltip } from '@/ui/tooltip'
import { Who } from '@/ui/who'
import { expiryState } from './expiry'
import { holderOf } from './holder'
import { RotateToken } from './rotate-token'

type Token = ResourceOf<'Token'>

interface TokenTableProps {
  tokens: readonly Token[] | undefined
  /** Names of holders by id; without it they all are the caller's. */
  names?: ReadonlyMap<string, string>
  /** Why the caller may not change them. */
  disabledReason?: string | null
  empty: React.ReactNode
}

export function TokenTable({ tokens, names, disabledReason = null, empty }: TokenTableProps) {
  const queries = useQueryClient()
  const now = useNow(60_000)
  const [rotated, setRotated] = useState<Token | null>(null)
  const [revoked, setRevoked] = useState<Token | null>(null)
  const revoke = async () => {
    if (!revoked) return
    await call('delete', '/api/v2/authentication-tokens/{token}', { params: { path: { token: revoked.id } } })
    await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).includes('authentication-token') })
  }
  const actions = { onRotate: setRotated, onRevoke: setRevoked, disabledReason }
  return (
    <>
      <Table
        label="Tokens"
        rows={tokens}
        rowKey={(token) => token.id}
        columns={columns(names, now, actions)}
        isOff={({ attributes }) => expiryState(attributes['expired-at'], now) === 'ended'}
        expected={4}
        empty={empty}
      />
      {rotated && <RotateToken token={rotated} onClose={() => setRotated(null)} />}
      <ConfirmDialog
        isOpen={revoked !== null}
        onClose={() => setRevoked(null)}
        title={`Revoke ${revoked?.attributes.description || revoked?.id}?`}
        verb="Revoke token"
        isDanger
        onConfirm={revoke}
      >
        <p>
          What uses it is refused from the next request on. It cannot be brought back. {revoked && <Used token={revoked} />}
        </p>
      </ConfirmDialog>
    </>
  )
}

interface Actions {
  onRotate: (token: Token) => void
  onRevoke: (token: Token) => void
  disabledReason: string | null
}

function columns(names: ReadonlyMap<string, string> | undefined, now: number, actions: Actions): readonly Column<Token>[] {
  const holder: Column<Token> = {
    key: 'holder',
    title: 'Of',
    narrow: 'second',
    cell: (token) => {
      const { kind, name } = holderOf(token, names ?? new Map())
      return <Who kind={kind} name={name} />
    },
  }
  return [
    {
      key: 'description',
      title: 'For',
      isWide: true,
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <span title={id}>
          {attributes.description ? <Text isStrong>{attributes.description}</Text> : <Text level={3}>no description</Text>}
        </span>
      ),
    },
    ...(names ? [holder] : []),
    { key: 'scopes', title: 'May', from: 1024, cell: ({ attributes }) => <Scopes scopes={attributes.scopes} /> },
    { key: 'used', title: 'Last used', ...(!names && { narrow: 'second' as const }), cell: (token) => <LastUsed token={token} /> },
    { key: 'expires', title: 'Ends', cell: ({ attributes }) => <Ends at={attributes['expired-at']} now={now} /> },
    {
      key: 'created',
      title: 'Made',
      align: 'end',
      from: 1240,
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['created-at']} form="short" />
        </Text>
      ),
    },
    { key: 'more', title: '', align: 'end', narrow: 'end', cell: (token) => <More token={token} {...actions} /> },
  ]
}

function More({ token, onRotate, onRevoke, disabledReason }: Actions & { token: Token }) {
  const item = { disabledReason }
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More for ${token.attributes.description || token.id}`} />}
      groups={[
        { items: [{ title: 'Rotate…', icon: 'refresh', onSelect: () => onRotate(token), ...item }] },
        { items: [{ title: 'Revoke…', icon: 'trash', isDanger: true, onSelect: () => onRevoke(token), ...item }] },
      ]}
    />
  )
}

function Scopes({ scopes }: { scopes: readonly string[] | null | undefined }) {
  if (!scopes) return <Text level={2}>all that its holder may</Text>
  const [first = 'nothing', ...rest] = scopes
  return (
    <Tooltip text={scopes.join(', ')}>
      <span>
        <Tag isMono>{first}</Tag> {rest.length > 0 && <Text level={3}>and {rest.length} more</Text>}
      </span>
    </Tooltip>
  )
}

function LastUsed({ token }: { token: Token }) {
  const at = token.attributes['last-used-at']
  return at ? (
    <Text level={2}>
      <Time at={at} />
    </Text>
  ) : (
    <Status of="access" value="unused" />
  )
}

function Used({ token }: { token: Token }) {
  const at = token.attributes['last-used-at']
  return at ? (
    <>
      It was last used <Time at={at} />.
    </>
  ) : (
    'It was never used.'
  )
}

function Ends({ at, now }: { at: string | null | undefined; now: number }) {
  const state = expiryState(at, now)
  if (!at) return <Text level={2}>never</Text>
  if (state === 'ended') return <Status of="access" value="expired" />
  return (
    <Text level={2}>
      <Time at={at} />
    </Text>
  )
}
