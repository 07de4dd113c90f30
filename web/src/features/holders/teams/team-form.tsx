// What can be said of a team; for a new one and for one that is there.
import { useQueryClient } from '@tanstack/react-query'
import { call, type ResourceOf, type Schema, stale } from '@/api/query'
import { Checkbox, Radio } from '@/ui/choice'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

interface TeamFormProps {
  organization: string
  /** Null for a new one. */
  team: ResourceOf<'Team'> | null
  onDone: (team: ResourceOf<'Team'>) => void
}

export function TeamForm({ organization, team, onDone }: TeamFormProps) {
  const queries = useQueryClient()
  const form = useForm({
    initial: {
      name: (team?.attributes.name ?? '') as string,
      description: team?.attributes.description ?? '',
      'sso-team-id': team?.attributes['sso-team-id'] ?? '',
      visibility: team?.attributes.visibility ?? ('organization' as Schema<'TeamVisibility'>),
      'allow-member-token-management': team?.attributes['allow-member-token-management'] ?? false,
    },
    submit: (values) => save(organization, team, values),
    onDone: (answer) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/teams') })
      if (team) void queries.invalidateQueries({ queryKey: stale('/api/v2/teams/{team}', { team: team.id }) })
      onDone(answer.data as ResourceOf<'Team'>)
    },
  })
  const disabledReason = team && !form.isChanged ? 'Nothing is changed yet.' : null
  return (
    <Form form={form} submit={team ? 'Save' : 'Create team'} isWide command={commandOf(team, form.values)} disabledReason={disabledReason}>
      <TextInput label="Name" {...form.field('name')} isMono autoFocus={!team} placeholder="platform" />
      <TextInput label="Description" isOptional {...form.field('description')} placeholder="What it is for" />
      <TextInput
        label="Follows the group"
        isOptional
        {...form.field('sso-team-id')}
        isMono
        help="Whoever signs in with this group of the identity provider is in the team, and leaves it without. Whom you add by hand stays."
      />
      <Radio
        label="Who sees it"
        name="visibility"
        value={form.values.visibility}
        onChange={(visibility) => form.set({ visibility })}
        options={[
          { value: 'organization', label: 'Everybody in the organization' },
          { value: 'secret', label: 'Its members, and who sees who may do what' },
        ]}
      />
      <Checkbox
        label="Its members make its tokens"
        help="Otherwise only who manages teams does."
        name="allow-member-token-management"
        value={form.values['allow-member-token-management']}
        onChange={(value) => form.set({ 'allow-member-token-management': value })}
      />
    </Form>
  )
}

interface Values {
  readonly name: string
  readonly description: string
  readonly 'sso-team-id': string
  readonly visibility: Schema<'TeamVisibility'>
  readonly 'allow-member-token-management': boolean
}

function save(organization: string, team: ResourceOf<'Team'> | null, values: Values) {
  const attributes = {
    ...values,
    description: values.description.trim() || null,
    'sso-team-id': values['sso-team-id'].trim() || null,
  }
  if (!team) {
    return call('post', '/api/v2/organizations/{organization}/teams', {
      params: { path: { organization } },
      body: { data: { type: 'teams', attributes } },
    })
  }
  return call('patch', '/api/v2/teams/{team}', {
    params: { path: { team: team.id } },
    body: { data: { type: 'teams', attributes } },
  })
}

function commandOf(team: ResourceOf<'Team'> | null, values: Values): string {
  const group = values['sso-team-id'].trim()
  if (team) {
    const before = team.attributes
    return [
      `slipway team update ${before.name}`,
      values.name !== before.name && `--name ${values.name}`,
      values.description !== (before.description ?? '') && `--description "${values.description}"`,
      group !== (before['sso-team-id'] ?? '') && `--sso-group "${group}"`,
    ]
      .filter(Boolean)
      .join(' ')
  }
  return [
    `slipway team create ${values.name || 'NAME'}`,
    values.description && `--description "${values.description}"`,
    group && `--sso-group ${group}`,
    values.visibility === 'organization' && '--visible',
    values['allow-member-token-management'] && '--members-manage-tokens',
  ]
    .filter(Boolean)
    .join(' ')
}
