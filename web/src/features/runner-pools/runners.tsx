// The runners of a pool.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Tooltip } from '@/ui/tooltip'

type Runner = ResourceOf<'Runner'>

export function Runners({ pool, start }: { pool: ResourceOf<'RunnerPool'>; start: ReactNode }) {
  const { data, error, refetch } = useQuery(
    get('/api/v2/agent-pools/{runner_pool}/agents', { params: { path: { runner_pool: pool.id } } }),
  )
  return (
    <Section title="Runners" count={data && data.data.length > 0 ? data.data.length : undefined}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Runners"
          rows={data?.data as readonly Runner[] | undefined}
          rowKey={(runner) => runner.id}
          columns={COLUMNS}
          isOff={({ attributes }) => attributes.status === 'exited'}
          expected={2}
          empty={
            <EmptyState
              title="No runner has come yet"
              action={start}
              command={<Command text={`slipway runner-pool create-token ${pool.attributes.name} > pool.token`} />}
            >
              A runner is the program slipway on any machine that reaches this server. It takes a token of the pool, and needs tofu on
              its PATH.
            </EmptyState>
          }
        />
      )}
    </Section>
  )
}

/** What the sandbox keeps runs from, by its level. */
const SANDBOX: Record<string, string> = {
  full: 'Runs are kept from files, and from signals and abstract sockets of other processes.',
  files: 'Runs are kept from files. Linux 6.12 or newer keeps them from other processes, too.',
  partial: 'Runs are kept from files. Linux 6.12 or newer keeps them from other processes, too.',
  none: 'Nothing keeps runs from this machine’s files: it was started with --allow-unsandboxed.',
}

const COLUMNS: readonly Column<Runner>[] = [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <span title={id}>
        <Text isStrong>{attributes.name}</Text>
      </span>
    ),
  },
  { key: 'status', title: 'State', narrow: 'second', cell: ({ attributes }) => <Status of="runner" value={attributes.status} /> },
  { key: 'running', title: 'Runs now', align: 'end', cell: ({ attributes }) => attributes['running-count'] },
  {
    key: 'sandbox',
    title: 'Sandbox',
    from: 1024,
    cell: ({ attributes }) => (
      <Tooltip text={SANDBOX[attributes.sandbox]}>
        <span>
          <Text isMono level={2}>
            {attributes.sandbox}
          </Text>
        </span>
      </Tooltip>
    ),
  },
  {
    key: 'version',
    title: 'Version',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.version}
      </Text>
    ),
  },
  {
    key: 'seen',
    title: 'Last seen',
    align: 'end',
    narrow: 'end',
    cell: ({ attributes }) => (
      <Text level={2}>
        <Time at={attributes['last-ping-at']} form="short" />
      </Text>
    ),
  },
]
