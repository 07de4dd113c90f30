// The columns of the list of users.
import type { ResourceOf } from '@/api/query'
import { IconButton } from '@/ui/button'
import { Menu } from '@/ui/menu'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import type { UserAction } from './user-action'

type User = ResourceOf<'User'>

export function userColumns(self: string, onAct: (user: User, action: UserAction) => void): readonly Column<User>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ attributes }) => <Who name={attributes.username} kind={attributes['is-service-account'] ? 'service-account' : 'user'} />,
    },
    {
      key: 'email',
      title: 'Mail',
      isWide: true,
      cell: ({ attributes }) => (
        <Text level={attributes.email ? 2 : 3}>
          {attributes.email ?? (attributes['is-service-account'] ? 'service account' : 'no mail address')}
        </Text>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      narrow: 'second',
      cell: ({ attributes }) => <Status of="access" value={attributes['is-suspended'] ? 'suspended' : 'active'} />,
    },
    {
      key: 'role',
      title: 'At the site',
      from: 1024,
      cell: ({ attributes }) => (attributes['is-site-admin'] ? <Tag>administrator</Tag> : <Text level={3}>–</Text>),
    },
    {
      key: 'seen',
      title: 'Signed in',
      align: 'end',
      from: 1240,
      cell: ({ attributes }) => (
        <Text level={3}>{attributes['last-signed-in-at'] ? <Time at={attributes['last-signed-in-at']} form="short" /> : 'never'}</Text>
      ),
    },
    { key: 'more', title: '', align: 'end', narrow: 'end', cell: (user) => <More user={user} self={self} onAct={onAct} /> },
  ]
}

function More({ user, self, onAct }: { user: User; self: string; onAct: (user: User, action: UserAction) => void }) {
  const { username } = user.attributes
  const isProgram = user.attributes['is-service-account']
  const isSuspended = user.attributes['is-suspended'] ?? false
  const program = isProgram ? `${username} is a program: its organization looks after it.` : null
  const own = user.id === self ? 'This is you. Ask another administrator.' : null
  const act = (action: UserAction) => () => onAct(user, action)
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More for ${username}`} />}
      groups={[
        {
          items: [
            { title: 'Make a link for a new password…', icon: 'mail', onSelect: act('reset-password'), disabledReason: program },
            { title: 'Turn off the second factor…', icon: 'unlock', onSelect: act('disable-two-factor'), disabledReason: program },
          ],
        },
        {
          items: [
            isSuspended
              ? { title: 'Let in again…', icon: 'run', onSelect: act('unsuspend') }
              : { title: 'Suspend…', icon: 'pause', isDanger: true, onSelect: act('suspend'), disabledReason: own },
            { title: 'Delete…', icon: 'trash', isDanger: true, onSelect: act('delete'), disabledReason: own ?? program },
          ],
        },
      ]}
    />
  )
}
