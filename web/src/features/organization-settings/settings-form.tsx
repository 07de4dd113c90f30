// What can be changed of an organization.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

export function SettingsForm({ organization }: { organization: ResourceOf<'Organization'> }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const before = organization.attributes
  const path = { organization: before.name }
  const roles = useQuery(get('/api/v2/organizations/{organization}/roles', { params: { path, query: { 'page[size]': 100 } } })).data?.data
  const form = useForm({
    initial: valuesOf(before),
    check: ({ 'longest-token-days': days }) =>
      days !== '' && !/^[1-9]\d*$/.test(days) ? { 'longest-token-days': `${days} is no number of days. Enter 1 or more, or nothing.` } : {},
    submit: (values) =>
      call('patch', '/api/v2/organizations/{organization}', {
        params: { path },
        body: { data: { type: 'organizations', attributes: changesOf(before, values) } },
      }),
    onDone: async ({ data }) => {
      const { name } = data.attributes
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations') })
      if (name !== before.name) await navigate({ to: addresses.settings(name, 'general'), replace: true })
      else await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}') })
    },
  })
  const { values } = form
  const options = [{ value: '', text: 'None' }, ...[...rolesOf(before), ...(roles ?? []).map(({ attributes }) => attributes.name as string)]
    .filter((name, at, all) => all.indexOf(name) === at)
    .map((name) => ({ value: name, text: name }))]
  return (
    <Form
      form={form}
      submit="Save"
      disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}
      command={commandOf(before, values)}
    >
      <TextInput label="Name" {...form.field('name')} isMono />
      {values.name !== before.name && (
        <Alert tone="warning" title="Its address changes with the name">
          Bookmarks, <code>slipway.toml</code> and the addresses of states name it: change them, too.
        </Alert>
      )}
      <TextInput label="Mail address" type="email" isOptional {...form.field('email')} help="Whom to write to about this organization." />
      <Select
        label="Role of new members"
        {...form.field('default-member-role')}
        options={options}
        help="Everybody who becomes a member gets it in the whole organization."
      />
      <Select label="Role of new teams" {...form.field('default-team-role')} options={options} />
      <TextInput
        label="Longest life of tokens"
        inputMode="numeric"
        unit="days"
        isOptional
        {...form.field('longest-token-days')}
        help="Of teams, service accounts and the organization itself. Those that were made before stay as they are."
      />
    </Form>
  )
}

type Values = ReturnType<typeof valuesOf>

function valuesOf(organization: Schema<'Organization'>) {
  return {
    name: organization.name as string,
    email: organization.email ?? '',
    'default-member-role': (organization['default-member-role'] ?? '') as string,
    'default-team-role': (organization['default-team-role'] ?? '') as string,
    'longest-token-days': organization['longest-token-days']?.toString() ?? '',
  }
}

/** Roles that are set, also where the caller may not list roles. */
function rolesOf(organization: Schema<'Organization'>): readonly string[] {
  return [organization['default-member-role'], organization['default-team-role']].filter((role) => role !== null && role !== undefined)
}

/** Only what differs: to the API, what is not named stays. */
function changesOf(before: Schema<'Organization'>, values: Values): Schema<'OrganizationChanges'> {
  const was = valuesOf(before)
  const isChanged = (name: keyof Values) => values[name].trim() !== was[name]
  const days = values['longest-token-days'].trim()
  return {
    ...(isChanged('name') && { name: values.name.trim() }),
    ...(isChanged('email') && { email: values.email.trim() || null }),
    ...(isChanged('default-member-role') && { 'default-member-role': values['default-member-role'] || null }),
    ...(isChanged('default-team-role') && { 'default-team-role': values['default-team-role'] || null }),
    ...(isChanged('longest-token-days') && { 'longest-token-days': days ? Number(days) : null }),
  }
}

const OPTIONS: readonly (readonly [keyof Values, string])[] = [
  ['name', '--new-name'],
  ['email', '--email'],
  ['default-member-role', '--default-member-role'],
  ['default-team-role', '--default-team-role'],
  ['longest-token-days', '--longest-token-days'],
]

function commandOf(before: Schema<'Organization'>, values: Values): string {
  const was = valuesOf(before)
  const options = OPTIONS.filter(([name]) => values[name].trim() !== was[name]).map(([name, option]) => `${option} ${values[name].trim() || (name === 'longest-token-days' ? '0' : '""')}`)
  return ['slipway organization update', before.name, ...options].join(' ')
}
