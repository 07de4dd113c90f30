// Who is signed in, and what belongs to that: the account, the site, the way out.
import { signOut } from '@/api/session'
import { addresses } from '@/lib/addresses'
import { Menu } from '@/ui/menu'
import { Avatar } from '@/ui/who'
import { Unseen } from '@/ui/unseen'
import { useCaller } from './caller'
import styles from './account-menu.module.css'
import { useNavigation } from './side-list'

export function AccountMenu() {
  const caller = useCaller()
  const own = useNavigation('account')
  const [firstOfSite] = useNavigation('admin')
  if (!caller) return null
  const { username, email, 'is-site-admin': isSiteAdmin } = caller.user.attributes
  return (
    <Menu
      align="start"
      width={220}
      trigger={
        <button type="button" className={styles.account}>
          <Avatar name={username} />
          <Unseen>Account of </Unseen>
          <span className={styles.name}>{email ?? username}</span>
        </button>
      }
      groups={[
        { items: own.map((entry) => ({ title: entry.title, icon: entry.icon, to: entry.to('') })) },
        {
          items: [
            ...(isSiteAdmin && firstOfSite
              ? [{ title: 'Site administration', icon: 'globe' as const, to: firstOfSite.to('') }]
              : []),
            { title: 'API reference', icon: 'terminal' as const, href: addresses.reference() },
          ],
        },
        { items: [{ title: 'Sign out', icon: 'undo', onSelect: () => void signOut() }] },
      ]}
    />
  )
}
