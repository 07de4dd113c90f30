// Settings, account and administration: a list of pages beside the page.
import { Outlet } from '@tanstack/react-router'
import type { NavigationGroup } from '@/lib/feature'
import { SideList } from './side-list'
import styles from './section.module.css'

/** The frame of one section; its pages come from the features' navigation of `group`. */
export function SectionFrame({ group, title }: { group: NavigationGroup; title: string }) {
  return (
    <div className={styles.section}>
      <nav className={styles.list} aria-label={title}>
        <SideList group={group} />
      </nav>
      <div className={styles.page}>
        <Outlet />
      </div>
    </div>
  )
}
