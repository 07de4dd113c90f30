// One pool: its runners, how to start another, its tokens.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { refusalOf } from './refusal'
import { PoolForm } from './pool-form'
import { PoolTokens } from './pool-tokens'
import { Runners } from './runners'
import { StartRunner } from './start-runner'

export default function PoolPage() {
  const organization = useOrganization()
  const id = useParam('pool')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'start' | 'settings' | 'delete' | null>(null)
  const { data: own } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const { data: document } = useSuspenseQuery(get('/api/v2/agent-pools/{runner_pool}', { params: { path: { runner_pool: id } } }))
  const pool = document.data as ResourceOf<'RunnerPool'>
  const { name } = pool.attributes
  const refusal = refusalOf(own.data.attributes)
  const list = addresses.settings(organization, 'runner-pools')
  const close = () => setOpen(null)
  const start = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => setOpen('start')}>
      Start a runner…
    </Button>
  )
  const remove = async () => {
    await call('delete', '/api/v2/agent-pools/{runner_pool}', { params: { path: { runner_pool: id } } })
    await navigate({ to: list })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/agent-pools') })
  }
  return (
    <>
      <PageHead
        title={name}
        crumbs={[{ title: 'Runner pools', to: list }]}
        object={{ kind: 'runner-pool', id, name }}
        meta={
          <Facts>
            {[
              pool.attributes['organization-scoped'] ? 'used by every workspace here' : 'used by chosen workspaces',
              <span key="made">
                made <Time at={pool.attributes['created-at']} />
              </span>,
            ]}
          </Facts>
        }
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More" size="md" look="default" />}
              groups={[
                { items: [{ title: 'Edit…', icon: 'edit', disabledReason: refusal, onSelect: () => setOpen('settings') }] },
                {
                  items: [
                    { title: 'Delete pool…', icon: 'trash', isDanger: true, disabledReason: refusal, onSelect: () => setOpen('delete') },
                  ],
                },
              ]}
            />
            {pool.attributes['agent-count'] > 0 && start}
          </>
        }
      />
      <Runners pool={pool} start={start} />
      <PoolTokens pool={pool} refusal={refusal} />
      {open === 'start' && <StartRunner pool={pool} onClose={close} />}
      <Dialog isOpen={open === 'settings'} onClose={close} title={`Edit ${name}`} size="md">
        {open === 'settings' && <PoolForm organization={organization} pool={pool} onDone={close} />}
      </Dialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={close}
        title={`Delete runner pool ${name}?`}
        verb="Delete pool"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>
            Its runners are refused from then on, and workspaces that use it wait until they are given another pool. Runs that its
            runners work on are lost.
          </p>
          <Command text={`slipway runner-pool delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
