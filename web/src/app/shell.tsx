// The frame of every page: navigation at the left, the way to the page at the top.
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { hub } from '@/api/events'
import { wakeStreams } from '@/api/stream'
import { rememberOrganization } from '@/lib/last-organization'
import { useKeys } from '@/lib/keyboard'
import { Toasts } from '@/ui/toast'
import { useCaller, useOpenOrganization } from './caller'
import { useShellKeys } from './shell-keys'
import { Side } from './side'
import { TopBar } from './top-bar'
import styles from './shell.module.css'

// What opens on demand is fetched on demand; the palette ahead, because people type into it at once.
const loadPalette = () => import('./palette')
const Palette = lazy(loadPalette)
const PALETTE_AFTER_MS = 1_500
const Shortcuts = lazy(() => import('./shortcuts'))
const SideDrawer = lazy(() => import('./side-drawer'))

type Above = 'palette' | 'shortcuts' | 'side' | null

export function Shell() {
  const [above, setAbove] = useState<Above>(null)
  const close = () => setAbove(null)
  useOrganizationFollowed()
  useShellKeys()
  useKeys([
    { keys: 'Mod+K', title: 'Search or run a command', group: 'Anywhere', isEverywhere: true, run: () => setAbove('palette') },
    { keys: '?', title: 'Show the keyboard shortcuts', group: 'Anywhere', run: () => setAbove('shortcuts') },
  ])
  useClosedOnNavigation(close)
  useEffect(() => {
    // What fails now is said when it is opened.
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), PALETTE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <div className={styles.side}>
        <Side />
      </div>
      <div className={styles.column}>
        <TopBar
          onMenu={() => setAbove('side')}
          onSearch={() => setAbove('palette')}
          onShortcuts={() => setAbove('shortcuts')}
        />
        <main className={styles.page} id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Suspense>
        {above === 'palette' && <Palette onClose={close} />}
        {above === 'shortcuts' && <Shortcuts onClose={close} />}
        {above === 'side' && <SideDrawer onClose={close} />}
      </Suspense>
      <Toasts />
    </div>
  )
}

/** The event stream follows the organization that is open. */
function useOrganizationFollowed() {
  const organization = useOpenOrganization()
  useEffect(() => {
    if (organization === null) return
    hub.follow(organization)
  }, [organization])
  // Only one that exists: `/app` leads to it the next time.
  const known = useCaller()?.organization?.attributes.name
  useEffect(() => {
    if (known !== undefined) rememberOrganization(known)
  }, [known])
  useEffect(() => {
    window.addEventListener('online', wakeStreams)
    window.addEventListener('focus', wakeStreams)
    document.addEventListener('visibilitychange', wakeStreams)
    return () => {
      window.removeEventListener('online', wakeStreams)
      window.removeEventListener('focus', wakeStreams)
      document.removeEventListener('visibilitychange', wakeStreams)
    }
  }, [])
}

/** Another page: what stood above the one before goes. */
function useClosedOnNavigation(close: () => void) {
  const { pathname } = useLocation()
  const [shown, setShown] = useState(pathname)
  if (shown !== pathname) {
    setShown(pathname)
    close()
  }
}
