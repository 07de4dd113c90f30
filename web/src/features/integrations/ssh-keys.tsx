// Private keys that open repositories of modules.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { useOrganization } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { NewSshKey } from './new-ssh-key'

type SshKey = ResourceOf<'SshKey'>

const LIST = stale('/api/v2/organizations/{organization}/ssh-keys')

export default function SshKeys() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('integration.read')
  const refusal = allowed.refusal('integration.manage')
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const [removed, setRemoved] = useState<SshKey | null>(null)
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/ssh-keys', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
  )
  const rows = data?.data as readonly SshKey[] | undefined
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => setAsking(true)}>
      New SSH key
    </Button>
  )
  return (
    <>
      <PageHead
        title="SSH keys"
        count={data?.meta?.pagination['total-count']}
        meta="Private keys for modules that come from Git by SSH. A run gets the key of its workspace while it fetches modules, and not a moment longer."
        actions={rows?.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="SSH keys"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(refusal, setRemoved)}
          expected={2}
          empty={
            <EmptyState title="No SSH keys yet" action={add} command={<Command text="slipway ssh-key create modules ~/.ssh/modules" />}>
              Modules with a source as <code>git::ssh://…</code> need one. Give the forge its public part as a deploy key.
            </EmptyState>
          }
        />
      )}
      {isAsking && (
        <NewSshKey
          organization={organization}
          onClose={() => setAsking(false)}
          onDone={() => void queries.invalidateQueries({ queryKey: LIST })}
        />
      )}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Delete the SSH key ${removed?.attributes.name}?`}
        verb="Delete SSH key"
        isDanger
        onConfirm={async () => {
          await call('delete', '/api/v2/ssh-keys/{ssh_key}', { params: { path: { ssh_key: removed?.id ?? '' } } })
          await queries.invalidateQueries({ queryKey: LIST })
        }}
      >
        <Stack gap={3}>
          <p>Runs that fetch modules with it fail from then on.</p>
          <Command text={`slipway ssh-key delete ${removed?.attributes.name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

const columns = (refusal: string | null, onRemove: (key: SshKey) => void): readonly Column<SshKey>[] => [
  { key: 'name', title: 'Name', narrow: 'first', cell: ({ attributes }) => <Text isStrong>{attributes.name}</Text> },
  {
    key: 'fingerprint',
    title: 'Fingerprint',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.fingerprint}
      </Text>
    ),
  },
  { key: 'algorithm', title: 'Kind', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes.algorithm}</Text> },
  { key: 'created', title: 'Created', align: 'end', from: 1024, cell: ({ attributes }) => <Time at={attributes['created-at']} form="short" /> },
  {
    key: 'remove',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (key) => <IconButton icon="trash" label={`Delete ${key.attributes.name}`} disabledReason={refusal} onClick={() => onRemove(key)} />,
  },
]
