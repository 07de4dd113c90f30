// Who holds a role, and where.
import { useQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Who } from '@/ui/who'

type Assignment = ResourceOf<'RoleAssignment'>

/** As many assignments of the organization are looked through: the API does not filter them by role. */
const MOST = 100

export function RoleHolders({ organization, role }: { organization: string; role: string }) {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/role-assignments', {
      params: { path: { organization }, query: { 'page[size]': MOST } },
    }),
  )
  const rows = data?.data.filter(({ attributes }) => attributes.role === role)
  const isCut = (data?.meta?.pagination['total-count'] ?? 0) > MOST
  return (
    <Section
      title="Held by"
      count={rows && rows.length > 0 ? rows.length : undefined}
      about={isCut ? `Among the first ${MOST} role assignments of ${organization}.` : undefined}
    >
      <Table
        label="Holders"
        rows={rows}
        rowKey={(one) => one.id}
        columns={columns(organization)}
        hasKeys={false}
        expected={3}
        empty={<Text level={3}>Nobody holds it.</Text>}
      />
    </Section>
  )
}

const columns = (organization: string): readonly Column<Assignment>[] => [
  {
    key: 'subject',
    title: 'Who',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Who name={attributes['subject-name'] ?? attributes.subject} kind={attributes.subject.startsWith('team-') ? 'team' : 'user'} />
    ),
  },
  {
    key: 'scope',
    title: 'In',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text level={2}>
        {attributes['scope-name'] ?? (attributes.scope === organization ? 'the whole organization' : attributes.scope)}
      </Text>
    ),
  },
]
