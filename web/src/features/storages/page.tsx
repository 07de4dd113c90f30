// One storage: how far its bucket is, the block to keep a state in it, in what it differs.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Code } from '@/ui/code'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Facts, Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { DestroyStorage, ForgetStorage } from './dialogs'
import { DESTROY, type Difference, type Storage, staleStorages, UPDATE, useOpenStorage } from './queries'
import { backendAt, bucketName, CLOUDS, whereabouts } from './words'

/** What was asked for, in a toast. */
const SAID = {
  check: 'The bucket was looked at.',
  repair: 'The bucket is set right.',
  retry: 'It is tried again.',
} as const

export default function StoragePage() {
  const { organization, storage, etag } = useOpenStorage()
  const { id, attributes } = storage
  const allowed = useAllowed(organization)
  const [open, setOpen] = useState<'destroy' | 'forget' | null>(null)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => Promise.all(staleStorages.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const act = useMutation({
    mutationFn: (action: keyof typeof SAID) => call('post', `/api/v2/storages/{storage}/actions/${action}`, { params: { path: { storage: id } } }),
    onSuccess: (_, action) => toast({ text: SAID[action] }),
    onSettled: refresh,
  })
  const isGone = attributes.status === 'destroyed'
  const busy = attributes['is-working'] ? 'The server works at it.' : isGone ? 'Its bucket was removed.' : null
  const mayUpdate = allowed.refusal(UPDATE) ?? busy
  const mayDestroy = allowed.refusal(DESTROY)
  const list = addresses.storages(organization)
  return (
    <>
      <PageHead
        title={attributes.name}
        status={<Status of="storage" value={attributes.status} />}
        meta={
          <Facts>
            {[
              CLOUDS[attributes.place.kind],
              <Text key="bucket" isMono>
                {bucketName(attributes.place)}
              </Text>,
              whereabouts(attributes.place),
              `made by ${attributes['created-by']}`,
              attributes.description || null,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Storages', to: list }]}
        object={{ kind: 'storage', id, name: attributes.name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: 'Forget…', icon: 'close', onSelect: () => setOpen('forget'), disabledReason: mayDestroy }] },
                { items: [{ title: 'Destroy the bucket…', icon: 'trash', isDanger: true, onSelect: () => setOpen('destroy'), disabledReason: mayDestroy ?? busy }] },
              ]}
            />
            <Button icon="refresh" isBusy={act.isPending && act.variables === 'check'} disabledReason={mayUpdate} onClick={() => act.mutate('check')}>
              Check
            </Button>
          </>
        }
      />
      <Stack gap={4}>
        {act.error && <ErrorNotice error={toApiError(act.error)} />}
        {attributes.problem && (
          <Problem
            storage={storage}
            refusal={attributes.task === 'destroy' ? (mayDestroy ?? busy) : mayUpdate}
            isBusy={act.isPending && act.variables === 'retry'}
            onRetry={() => act.mutate('retry')}
          />
        )}
        {attributes.differences.length > 0 && (
          <Differences
            storage={storage}
            refusal={mayUpdate}
            isBusy={act.isPending && act.variables === 'repair'}
            onRepair={() => act.mutate('repair')}
          />
        )}
        {!isGone && <Backend storage={storage} />}
        <Command text={`slipway storage show ${attributes.name}`} />
      </Stack>
      {open === 'destroy' && <DestroyStorage storage={storage} onClose={() => setOpen(null)} onDone={refresh} />}
      {open === 'forget' && (
        <ForgetStorage
          storage={storage}
          etag={etag}
          onClose={() => setOpen(null)}
          onDone={async () => {
            await navigate({ to: list })
            await refresh()
          }}
        />
      )}
    </>
  )
}

interface Mending {
  storage: Storage
  refusal: string | null
  isBusy: boolean
}

function Problem({ storage: { attributes }, refusal, isBusy, onRetry }: Mending & { onRetry: () => void }) {
  const titles = { create: 'The bucket was not made', repair: 'The bucket was not set right', destroy: 'The bucket was not removed' } as const
  return (
    <Alert
      tone={attributes['is-working'] ? 'neutral' : 'danger'}
      icon={attributes['is-working'] ? 'clock' : 'warning'}
      title={attributes['is-working'] ? 'It takes longer: it is tried again' : titles[attributes.task]}
      action={
        !attributes['is-working'] && (
          <Button icon="refresh" isBusy={isBusy} disabledReason={refusal} onClick={onRetry}>
            Retry
          </Button>
        )
      }
    >
      {attributes.problem}
    </Alert>
  )
}

function Differences({ storage: { attributes }, refusal, isBusy, onRepair }: Mending & { onRepair: () => void }) {
  return (
    <Section
      title="Not as it should be"
      count={attributes.differences.length}
      about={attributes['checked-at'] ? <>Looked at <Time at={attributes['checked-at']} />.</> : undefined}
      actions={
        <Button icon="check" isBusy={isBusy} disabledReason={refusal} onClick={onRepair}>
          Repair
        </Button>
      }
    >
      <Table label="Differences" rows={attributes.differences} rowKey={({ setting }) => setting} columns={DIFFERENCES} expected={1} empty={null} />
    </Section>
  )
}

const DIFFERENCES: readonly Column<Difference>[] = [
  { key: 'setting', title: 'Setting', narrow: 'first', cell: ({ setting }) => <Text isMono>{setting}</Text> },
  { key: 'expected', title: 'Should be', narrow: 'second', cell: ({ expected }) => expected },
  { key: 'found', title: 'Is', isWide: true, cell: ({ found }) => found },
]

function Backend({ storage: { attributes } }: { storage: Storage }) {
  const [path, setPath] = useState('')
  return (
    <Section title="Keep a state in it" about="Each configuration has a path of its own. While one works, the bucket itself locks the state.">
      <Stack gap={3}>
        <TextInput label="Path" isOptional isMono name="path" placeholder="shop/network" value={path} onChange={setPath} help="Where in the bucket the state shall be." />
        <Code text={backendAt(attributes.backend, path)} language="hcl" copy="the block" />
        <Command text={`slipway storage backend ${attributes.name} --path ${path.trim() || 'PATH'}`} />
      </Stack>
    </Section>
  )
}
