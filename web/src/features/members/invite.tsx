// Invites somebody by mail address; without mail on the server the link is shown, to be handed on.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { Invited } from './invited'
import type { RolesAndTeams } from './roles-and-teams'

interface InviteProps {
  organization: string
  known: RolesAndTeams
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function Invite({ organization, known, onClose }: InviteProps) {
  const [made, setMade] = useState<ResourceOf<'OrganizationMembership'> | null>(null)
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Invited' : `Invite somebody to ${organization}`} size="md">
      {made ? <Invited member={made} onClose={onClose} /> : <Ask organization={organization} known={known} onMade={setMade} />}
    </Dialog>
  )
}

interface AskProps extends Omit<InviteProps, 'onClose'> {
  onMade: (member: ResourceOf<'OrganizationMembership'>) => void
}

function Ask({ organization, known, onMade }: AskProps) {
  const queries = useQueryClient()
  const form = useForm({
    initial: { email: '', role: '', teams: [] as readonly string[] },
    submit: ({ email, role, teams }) =>
      call('post', '/api/v2/organizations/{organization}/organization-memberships', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'organization-memberships',
            attributes: { email: email.trim(), ...(role && { role }) },
            ...(teams.length > 0 && { relationships: { teams: { data: teams.map((id) => ({ type: 'teams', id })) } } }),
          },
        },
      }),
    onDone: ({ data }) => {
      onMade(data as ResourceOf<'OrganizationMembership'>)
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/organization-memberships') })
    },
  })
  const { email, role, teams } = form.values
  const teamNames = known.teams.filter(({ id }) => teams.includes(id)).map(({ name }) => name)
  const command = ['slipway member invite', email.trim() || 'EMAIL', role && `--role ${role}`, ...teamNames.map((name) => `--team ${name}`)]
  const chosen = known.roles.find(({ name }) => name === role)
  return (
    <Form form={form} submit="Invite" isWide command={command.filter(Boolean).join(' ')}>
      <TextInput label="Mail address" type="email" {...form.field('email')} placeholder="ada@example.org" autoFocus />
      <Select
        label="Role in the whole organization"
        {...form.field('role')}
        options={[{ value: '', text: 'None of its own' }, ...known.roles.map(({ name }) => ({ value: name as string, text: name }))]}
        help={chosen?.description ?? 'Teams can bring roles, too. You cannot give more than you may yourself.'}
      />
      {known.teams.length > 0 && (
        <MultiSelect
          label="Teams"
          isOptional
          {...form.field('teams')}
          options={known.teams.map(({ id, name }) => ({ value: id, text: name, icon: 'team' }))}
        />
      )}
    </Form>
  )
}
