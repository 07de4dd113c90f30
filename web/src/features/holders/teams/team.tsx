// One team: who is in it, what it may do, its settings.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
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
import { TeamForm } from './team-form'
import { TeamMembers } from './team-members'

export default function TeamPage() {
  const organization = useOrganization()
  const id = useParam('team')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'settings' | 'delete' | null>(null)
  const { data: document } = useSuspenseQuery(get('/api/v2/teams/{team}', { params: { path: { team: id } } }))
  const team = document.data
  const { name, description, permissions } = team.attributes
  const refusal = permissions['can-update'] ? null : `You need the permission organization.access.teams for this. Ask an administrator of ${organization}.`
  const list = addresses.settings(organization, 'teams')
  const close = () => setOpen(null)
  const remove = async () => {
    await call('delete', '/api/v2/teams/{team}', { params: { path: { team: id } } })
    await navigate({ to: list })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/teams') })
  }
  return (
    <>
      <PageHead
        title={name}
        crumbs={[{ title: 'Teams', to: list }]}
        object={{ kind: 'team', id, name }}
        meta={
          <Facts>
            {[
              description || null,
              team.attributes['sso-team-id'] ? `follows the group ${team.attributes['sso-team-id']}` : null,
              team.attributes.visibility === 'secret' ? 'seen by its members' : 'seen by everybody here',
              <span key="made">
                made <Time at={team.attributes['created-at']} />
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
                    { title: 'Delete team…', icon: 'trash', isDanger: true, disabledReason: refusal, onSelect: () => setOpen('delete') },
                  ],
                },
              ]}
            />
          </>
        }
      />
      <TeamMembers organization={organization} team={team} />
      <Assignments organization={organization} subject={{ kind: 'team', id, name }} />
      {permissions['can-manage-tokens'] && (
        <Section title="Tokens">
          <Prose>
            <p>
              A token of the team does what was given to the team, as nobody in it.{' '}
              <Link to={addresses.settings(organization, 'tokens')} search={{ subject: id } as never}>
                Tokens of {name}
              </Link>
            </p>
          </Prose>
        </Section>
      )}
      <Dialog isOpen={open === 'settings'} onClose={close} title={`Edit ${name}`} size="md">
        {open === 'settings' && <TeamForm organization={organization} team={team} onDone={close} />}
      </Dialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={close}
        title={`Delete team ${name}?`}
        verb="Delete team"
        isDanger
        nameToType={name}
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>Its members lose at once what the team may do, and its tokens stop working. The people stay members of {organization}.</p>
          <Command text={`slipway team delete ${name} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
