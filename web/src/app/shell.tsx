// The frame of every page: navigation at the left, the way to the page at the top.
import { Outlet } from '@tanstack/react-router'
import { useEffect } from 'react'
import { hub } from '@/api/events'
import { rememberOrganization } from '@/lib/last-organization'
import { useOpenOrganization } from './caller'
import { SideList } from './side-list'
import { Wordmark } from './wordmark'
import styles from './shell.module.css'

export function Shell() {
  useOrganizationFollowed()
  return (
    <div className={styles.shell}>
      <aside className={styles.side}>
        <a className={styles.brand} href="/app" aria-label="Slipway, start page">
          <Wordmark />
        </a>
        <nav aria-label="Main">
          <SideList group="main" />
          <SideList group="infrastructure" title="Infrastructure" />
          <SideList group="catalog" title="Catalog" />
          <SideList group="apps" title="Apps" />
          <SideList group="end" />
        </nav>
      </aside>
      <div>
        <main className={styles.page}>
          <Outlet />
        </main>
      </div>
    </div>
  )
}

/** The event stream follows the organization that is open. */
function useOrganizationFollowed() {
  const organization = useOpenOrganization()
  useEffect(() => {
    if (organization === null) return
    hub.follow(organization)
    rememberOrganization(organization)
  }, [organization])
}
