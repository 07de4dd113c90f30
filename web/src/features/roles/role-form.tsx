// The page for a role of one's own: a new one, one made from another, or one that is there.
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useParam, useSearchState } from '@/lib/search'
import { LinkButton } from '@/ui/button'
import { Form } from '@/ui/form'
import { PageHead } from '@/ui/page-head'
import { Says } from '@/ui/field'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { Matrix } from './matrix'
import { allPermissions, grouped } from './permissions'
import { parseNewRole } from './search'
import styles from './role-form.module.css'

/** A new role, perhaps with what another allows. */
export function NewRole() {
  const [{ from }] = useSearchState(parseNewRole)
  const template = useQuery({ ...get('/api/v2/roles/{role}', { params: { path: { role: from ?? '' } } }), enabled: from !== undefined })
  if (from !== undefined && !template.data) return null
  return <RoleForm edited={null} nodes={template.data?.data.attributes.permissions.filter((node) => node !== '*') ?? []} />
}

/** A role that is there. */
export function EditRole() {
  const id = useParam('role')
  const { data } = useSuspenseQuery(get('/api/v2/roles/{role}', { params: { path: { role: id } } }))
  return <RoleForm edited={data.data as ResourceOf<'Role'>} nodes={data.data.attributes.permissions} />
}

function RoleForm({ edited: role, nodes }: { edited: ResourceOf<'Role'> | null; nodes: readonly string[] }) {
  const organization = useOrganization()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal('organization.access.manage')
  const permissions = useQuery(allPermissions()).data?.data ?? []
  const list = addresses.settings(organization, 'roles')
  const form = useForm({
    initial: { name: (role?.attributes.name ?? '') as string, description: role?.attributes.description ?? '', permissions: nodes },
    check: (values) => (values.permissions.length === 0 ? { permissions: 'Choose at least one thing that it allows.' } : {}),
    submit: (values) => save(organization, role, { ...values, permissions: [...values.permissions].sort() }),
    onDone: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/roles') })
      await queries.invalidateQueries({ queryKey: stale('/api/v2/roles/{role}') })
      await navigate({ to: `${list}/${data.id}` })
    },
  })
  const { name, description } = form.values
  const chosen = form.field('permissions')
  const command = [
    `slipway role ${role ? `update ${role.attributes.name}` : `create ${name || 'NAME'}`}`,
    description && `--description "${description}"`,
    ...[...chosen.value].sort().map((node) => `--permission ${node}`),
  ]
  return (
    <>
      <PageHead
        title={role ? `Edit ${role.attributes.name}` : 'New role'}
        crumbs={[{ title: 'Roles', to: list }]}
        meta={
          role
            ? 'Whoever holds it may at once what it says then.'
            : 'It can be given in the whole organization, in a project or in one workspace. You cannot allow more than you may yourself.'
        }
      />
      <Form
        form={form}
        submit={role ? 'Save role' : 'Create role'}
        isWide
        disabledReason={refusal ?? (role && !form.isChanged ? 'Nothing is changed yet.' : null)}
        command={command.filter(Boolean).join(' ')}
        beside={<LinkButton to={role ? `${list}/${role.id}` : list}>Cancel</LinkButton>}
      >
        <div className={styles.fields}>
          <TextInput label="Name" {...form.field('name')} isMono autoFocus={!role} placeholder="looker" />
          <TextInput label="Holders can" {...form.field('description')} placeholder="See runs, no states" help="In a sentence, for lists." />
        </div>
        <Section title="What it allows">
          <Matrix groups={grouped(permissions)} nodes={chosen.value} onChange={chosen.onChange} />
          <Says id="permissions-says" error={chosen.error} />
        </Section>
      </Form>
    </>
  )
}

interface Values {
  name: string
  description: string
  permissions: string[]
}

function save(organization: string, role: ResourceOf<'Role'> | null, attributes: Values) {
  const body = { data: { type: 'roles', attributes } } as const
  return role
    ? call('patch', '/api/v2/roles/{role}', { params: { path: { role: role.id } }, body })
    : call('post', '/api/v2/organizations/{organization}/roles', { params: { path: { organization } }, body })
}
