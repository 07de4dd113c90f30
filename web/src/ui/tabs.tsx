// Parts of a page, each with an address of its own.
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useCurrentInSight } from '@/lib/current-in-sight'
import styles from './tabs.module.css'

export interface TabLink {
  readonly title: string
  readonly to: string
  readonly search?: LinkProps['search']
  /** Behind the title, grey. */
  readonly count?: ReactNode
  /** Only at exactly this address: the first tab, whose address the others begin with. */
  readonly isExact?: boolean
  /** Decides instead of the address; for views that are search parameters. */
  readonly isActive?: boolean
}

/** Links that change the part of the page below, and the address. `end` stands at the right, as a button. */
export function Tabs({ tabs, label, end }: { tabs: readonly TabLink[]; label: string; end?: ReactNode }) {
  const row = useCurrentInSight<HTMLElement>()
  return (
    <nav ref={row} className={styles.tabs} aria-label={label}>
      {tabs.map(({ title, to, search, count, isExact = false, isActive }) => (
        <Link
          key={title}
          to={to}
          {...(search !== undefined && { search: search as never })}
          activeOptions={{ exact: isExact, includeSearch: false }}
          className={styles.tab}
          {...(isActive !== undefined && { 'data-active': isActive })}
          resetScroll={false}
        >
          {title}
          {count !== undefined && <span className={styles.count}>{count}</span>}
        </Link>
      ))}
      {end && <span className={styles.end}>{end}</span>}
    </nav>
  )
}
