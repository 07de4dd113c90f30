// The columns of the list of members.
import { useNavigate } from '@tanstack/react-router'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { IconButton } from '@/ui/button'
import { Menu } from '@/ui/menu'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { Link } from '@/ui/link'
import type { RolesAndTeams } from './roles-and-teams'

type Member = ResourceOf<'OrganizationMembership'>

interface ColumnContext {
  organization: string
  known: RolesAndTeams
  /** Why the caller may not change members. */
  refusal: string | null
  onResend: (member: Member) => void
  onRemove: (member: Member) => void
}

/** How a member is called; an invited one by the address. */
export function memberName({ attributes }: Member): string {
  return attributes.username ?? attributes.email ?? 'somebody'
}

function userOf(member: Member): string | null {
  const link = member.relationships?.['user']?.data
  return link && !Array.isArray(link) ? link.id : null
}

export function memberColumns(context: ColumnContext): readonly Column<Member>[] {
  const { organization, known } = context
  return [
    { key: 'name', title: 'Name', narrow: 'first', isFixed: true, cell: (member) => <Who name={memberName(member)} /> },
    {
      key: 'email',
      title: 'Mail',
      isWide: true,
      cell: ({ attributes }) => (
        <Text level={2}>
          {attributes.username ? (
            (attributes.email ?? '–')
          ) : (
            <>
              invited <Time at={attributes['created-at']} />
            </>
          )}
        </Text>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      narrow: 'second',
      cell: ({ attributes }) => <Status of="access" value={attributes.status} />,
    },
    { key: 'roles', title: 'Role here', from: 1024, cell: (member) => <Roles member={member} known={known} /> },
    { key: 'teams', title: 'Teams', from: 1240, cell: (member) => <Teams member={member} organization={organization} known={known} /> },
    { key: 'more', title: '', align: 'end', narrow: 'end', cell: (member) => <More member={member} {...context} /> },
  ]
}

function Roles({ member, known }: { member: Member; known: RolesAndTeams }) {
  const user = userOf(member)
  const roles = user ? (known.held.get(user) ?? []) : member.attributes.role ? [member.attributes.role] : []
  if (roles.length === 0) return <Text level={3}>none</Text>
  return roles.map((role) => (
    <span key={role}>
      <Tag isMono>{role}</Tag>{' '}
    </span>
  ))
}

function Teams({ member, organization, known }: { member: Member; organization: string; known: RolesAndTeams }) {
  const link = member.relationships?.['teams']?.data
  const ids = Array.isArray(link) ? link.map(({ id }) => id) : []
  const teams = known.teams.filter(({ id }) => ids.includes(id))
  if (teams.length === 0) return <Text level={3}>none</Text>
  return (
    <Text level={2}>
      {teams.map(({ id, name }, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <Link to={`${addresses.settings(organization, 'teams')}/${id}`} look="plain">
            {name}
          </Link>
        </span>
      ))}
    </Text>
  )
}

function More({ member, organization, refusal, onResend, onRemove }: ColumnContext & { member: Member }) {
  const isInvited = member.attributes.status === 'invited'
  const user = userOf(member)
  const navigate = useNavigate()
  const explain = () => void navigate({ to: addresses.settings(organization, 'access'), search: { subject: user } as never })
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More for ${memberName(member)}`} />}
      groups={[
        {
          items: isInvited
            ? [{ title: 'Send a new link…', icon: 'mail', onSelect: () => onResend(member), disabledReason: refusal }]
            : [{ title: 'What may they do?', icon: 'shield', onSelect: explain }],
        },
        {
          items: [
            {
              title: isInvited ? 'Withdraw invitation…' : 'Remove…',
              icon: 'trash',
              isDanger: true,
              onSelect: () => onRemove(member),
              disabledReason: refusal,
            },
          ],
        },
      ]}
    />
  )
}
