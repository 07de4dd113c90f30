// One service account: what it may do, how it signs in.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call, get, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam } from '@/lib/search'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Facts, Prose } from '@/ui/text'
import { Time } from '@/ui/time'
import { Assignments } from '../assignments/assignments'
import { AccountForm } from './account-form'

export default function ServiceAccountPage() {
  const organization = useOrganization()
  const id = useParam('account')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'settings' | 'delete' | null>(null)
  const refusal = useAllowed(organization).refusal('organization.access.manage')
  const { data: document } = useSuspenseQuery(
    get('/api/v2/service-accounts/{service_account}', { params: { path: { service_account: id } } }),
  )
  const account = document.data
  const { name, description, username } = account.attributes
  const list = addresses.settings(organization, 'service-accounts')
  const close = () => setOpen(null)
  const remove = async () => {
    await call('delete', '/api/v2/service-accounts/{service_account}', { params: { path: { service_account: id } } })
    await navigate({ to: list })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/service-accounts') })
  }
  return (
    <>
      <PageHead
        title={name}
        crumbs={[{ title: 'Service accounts', to: list }]}
        object={{ kind: 'service-account', id, name }}
        meta={
          <Facts>
            {[
              description || null,
              <span key="shown">
                shown in events as <code>{username}</code>
              </span>,
              <span key="made">
                made <Time at={account.attributes['created-at']} />
              </span>,
            ]}
          </Facts>
        }
        actions={
          <>
            <Button icon="edit" disabledReason={refusal} onClick={() => setOpen('settings')}>
              Edit…
            </Button>
            <Menu
              trigger={<IconButton icon="more" label="More" size="md" look="default" />}
              groups={[
                {
                  items: [
                    { title: 'Delete account…', icon: 'trash', isDanger: true, disabledReason: refusal, onSelect: () => setOpen('delete') },
                  ],
                },
              ]}
            />
          </>
        }
      />
      <Assignments organization={organization} subject={{ kind: 'service-account', id, name }} />
      <Section title="How it signs in">
        <Stack gap={3}>
          <Prose>
            <p>
              With{' '}
              <Link to={addresses.settings(organization, 'tokens')} search={{ subject: id } as never}>
                tokens of {name}
              </Link>
              . Pipelines and pods need none:{' '}
              <Link to={addresses.settings(organization, 'trusted-issuers')}>trusted issuers</Link> let them in by what their own system
              signs.
            </p>
          </Prose>
          <Command text={`slipway service-account create-token ${name} --description github --expires 90d > ${name}.token`} />
        </Stack>
      </Section>
      <Dialog isOpen={open === 'settings'} onClose={close} title={`Edit ${name}`} size="md">
        {open === 'settings' && <AccountForm organization={organization} account={account} onDone={close} />}
      </Dialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={close}
        title={`Delete service account ${name}?`}
        verb="Delete account"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>Its tokens stop working at once, and its roles are taken. What it did stays in the activity.</p>
          <Command text={`slipway service-account delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
