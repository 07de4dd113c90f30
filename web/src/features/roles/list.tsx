// The roles that can be given here.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { useOrganization } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'

type Role = ResourceOf<'Role'>

export default function Roles() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('organization.access.read')
  const refusal = allowed.refusal('organization.access.manage')
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/roles', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
  )
  const own = data?.data.filter(({ attributes }) => !attributes['is-built-in'])
  const builtIn = data?.data.filter(({ attributes }) => attributes['is-built-in'])
  const to = (id: string) => `${addresses.settings(organization, 'roles')}/${id}`
  const add = refusal ? (
    <Button look="primary" icon="plus" disabledReason={refusal}>
      New role
    </Button>
  ) : (
    <LinkButton look="primary" icon="plus" to={to('new')}>
      New role
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Roles"
        count={data?.meta?.pagination['total-count']}
        meta={
          <>
            A role is a list of what its holders may do. It is given to people, teams and programs, here or in a part.
            <Link to={addresses.settings(organization, 'access')}>Who may do what?</Link>
          </>
        }
        actions={own?.length === 0 ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <>
          <Section title="Your own" count={own && own.length > 0 ? own.length : undefined}>
            <Table
              label="Roles of your own"
              rows={own}
              rowKey={(role) => role.id}
              rowTo={(role) => to(role.id)}
              columns={columns(to)}
              expected={2}
              empty={
                <EmptyState
                  title="No roles of your own"
                  action={add}
                  command={<Command text="slipway role create looker --permission workspace.read --permission workspace.run.read" />}
                >
                  Make one where the built-in roles allow too much: read and plan may download states, for example, and states hold
                  secrets.
                </EmptyState>
              }
            />
          </Section>
          <Section title="Built in" count={builtIn?.length}>
            <Table
              label="Built-in roles"
              rows={builtIn}
              rowKey={(role) => role.id}
              rowTo={(role) => to(role.id)}
              columns={columns(to)}
              hasKeys={false}
              expected={12}
            />
          </Section>
        </>
      )}
    </>
  )
}

const columns = (to: (id: string) => string): readonly Column<Role>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    width: '220px',
    cell: ({ id, attributes }) => (
      <Link to={to(id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'description',
    title: 'Holders can',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{attributes.description}</Text>,
  },
  {
    key: 'permissions',
    title: 'Allows',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>{attributes.permissions.includes('*') ? 'everything' : counted(attributes.permissions.length, 'node')}</Text>
    ),
  },
]
