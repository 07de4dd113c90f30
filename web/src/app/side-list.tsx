// One group of the navigation.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { NavigationEntry, NavigationGroup } from '@/lib/feature'
import { useFeatures } from '@/lib/features'
import { Icon } from '@/ui/icon'
import { useCaller, useCurrentOrganization } from './caller'
import styles from './side-list.module.css'

/** The entries of `group` that the caller may see, in order. */
export function useNavigation(group: NavigationGroup): readonly NavigationEntry[] {
  const caller = useCaller()
  const entries = useFeatures().flatMap((feature) => feature.navigation ?? [])
  return entries
    .filter((entry) => entry.group === group && (caller === null || (entry.isShown?.(caller) ?? true)))
    .sort((left, right) => left.order - right.order)
}

/** The links of one group, under `title` if it has one, and `children` after them; nothing when the group is empty. */
export function SideList({ group, title, children }: { group: NavigationGroup; title?: string; children?: ReactNode }) {
  const entries = useNavigation(group)
  const organization = useCurrentOrganization()
  if (entries.length === 0 && !children) return null
  return (
    <div className={styles.group}>
      {title && <h3 className={styles.title}>{title}</h3>}
      <ul className={styles.entries}>
        {entries.map((entry) => (
          <li key={entry.title}>
            <Link to={entry.to(organization)} className={styles.entry} activeOptions={{ exact: entry.order === 0 }}>
              <Icon name={entry.icon} />
              {entry.title}
              {entry.badge && <entry.badge organization={organization} />}
            </Link>
          </li>
        ))}
        {children}
      </ul>
    </div>
  )
}
