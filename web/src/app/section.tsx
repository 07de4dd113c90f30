// Settings, account and administration: a list of pages beside the page.
import { Navigate, Outlet } from '@tanstack/react-router'
import { useCurrentInSight } from '@/lib/current-in-sight'
import type { NavigationGroup } from '@/lib/feature'
import { PageMissing } from './outcomes'
import { useCaller, useOpenOrganization } from './caller'
import { SideList, useNavigation } from './side-list'
import styles from './section.module.css'

/** The frame of one section; its pages come from the features' navigation of `group`. */
export function SectionFrame({ group, title }: { group: NavigationGroup; title: string }) {
  const row = useCurrentInSight<HTMLElement>()
  return (
    <div className={styles.section}>
      <nav ref={row} className={styles.list} aria-label={title}>
        <SideList group={group} />
      </nav>
      <div className={styles.page}>
        <Outlet />
      </div>
    </div>
  )
}

/** The section's address without a page: on to the first that the caller may see. */
export function FirstOfSection({ group }: { group: NavigationGroup }) {
  const caller = useCaller()
  const organization = useOpenOrganization() ?? ''
  const [entry] = useNavigation(group)
  if (!caller) return null
  return entry ? <Navigate to={entry.to(organization)} replace /> : <PageMissing />
}
