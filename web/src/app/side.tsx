// The navigation: which organization, its pages, who is signed in.
import { Link, useLocation } from '@tanstack/react-router'
import { Icon } from '@/ui/icon'
import { AccountMenu } from './account-menu'
import { useCurrentOrganization } from './caller'
import { OrganizationSwitch } from './organization-switch'
import { SideList, useNavigation } from './side-list'
import { Wordmark } from './wordmark'
import styles from './side.module.css'
import listStyles from './side-list.module.css'

/** At the left, or in a drawer where there is no room. */
export function Side() {
  // Everything in the navigation is in an organization.
  const isInOne = useCurrentOrganization() !== ''
  return (
    <div className={styles.side}>
      <Link to="/app" className={styles.brand} aria-label="Slipway, start page">
        <Wordmark />
      </Link>
      <OrganizationSwitch />
      <nav aria-label="Main" className={styles.groups}>
        {isInOne && (
          <>
            <SideList group="main" />
            <SideList group="infrastructure" title="Infrastructure" />
            <SideList group="catalog" title="Catalog" />
            <SideList group="apps" title="Apps" />
            <SideList group="end">
              <SettingsEntry />
            </SideList>
          </>
        )}
      </nav>
      <AccountMenu />
    </div>
  )
}

/** Settings are many pages: the entry leads to the first that the caller may see. */
function SettingsEntry() {
  const organization = useCurrentOrganization()
  const [first] = useNavigation('settings')
  const { pathname } = useLocation()
  if (!first || organization === '') return null
  const isHere = pathname.includes('/settings/')
  return (
    <li>
      <Link to={first.to(organization)} className={listStyles.entry} {...(isHere && { 'aria-current': 'page' as const })}>
        <Icon name="settings" />
        Settings
      </Link>
    </li>
  )
}
