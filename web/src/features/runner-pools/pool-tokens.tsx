// The tokens that runners of a pool show.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'

type Token = ResourceOf<'Token'>

/** Only for who may manage the pool: others may not even see them. */
export function PoolTokens({ pool, refusal }: { pool: ResourceOf<'RunnerPool'>; refusal: string | null }) {
  const queries = useQueryClient()
  const [revoked, setRevoked] = useState<Token | null>(null)
  const { data } = useQuery({
    ...get('/api/v2/agent-pools/{runner_pool}/authentication-tokens', { params: { path: { runner_pool: pool.id } } }),
    enabled: refusal === null,
  })
  if (refusal) return null
  const revoke = async () => {
    if (!revoked) return
    await call('delete', '/api/v2/authentication-tokens/{token}', { params: { path: { token: revoked.id } } })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/agent-pools/{runner_pool}/authentication-tokens') })
  }
  return (
    <Section title="Tokens" count={data && data.data.length > 0 ? data.data.length : undefined}>
      <Table
        label="Tokens of the pool"
        rows={data?.data as readonly Token[] | undefined}
        rowKey={(token) => token.id}
        columns={columns(setRevoked)}
        hasKeys={false}
        expected={1}
        empty={<Text level={3}>None. Starting a runner makes one.</Text>}
      />
      <ConfirmDialog
        isOpen={revoked !== null}
        onClose={() => setRevoked(null)}
        title={`Revoke ${revoked?.attributes.description || revoked?.id}?`}
        verb="Revoke token"
        isDanger
        onConfirm={revoke}
      >
        <Stack gap={3}>
          <p>Runners that use it are refused at once, also with what they are running.</p>
          <Command text={`slipway token delete ${revoked?.id} --yes`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

const columns = (onRevoke: (token: Token) => void): readonly Column<Token>[] => [
  {
    key: 'description',
    title: 'For',
    isWide: true,
    narrow: 'first',
    cell: ({ attributes }) =>
      attributes.description ? <Text isStrong>{attributes.description}</Text> : <Text level={3}>no description</Text>,
  },
  {
    key: 'used',
    title: 'Last used',
    narrow: 'second',
    cell: ({ attributes }) =>
      attributes['last-used-at'] ? (
        <Text level={2}>
          <Time at={attributes['last-used-at']} />
        </Text>
      ) : (
        <Status of="access" value="unused" />
      ),
  },
  {
    key: 'made',
    title: 'Made',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={2}>
        <Time at={attributes['created-at']} />
      </Text>
    ),
  },
  {
    key: 'revoke',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (token) => (
      <Button size="sm" look="quiet" onClick={() => onRevoke(token)}>
        Revoke…
      </Button>
    ),
  },
]
