// The way to the page, search, and what concerns the console itself.
import { useLocation } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'
import { useConnection } from '@/api/events'
import { usePreferencesKnown } from '@/api/preferences'
import { useFavourites, useRecent } from '@/api/used'
import { addresses } from '@/lib/addresses'
import { useNoticed } from '@/lib/delayed'
import { type Crumb, type PageObject, useShownPage } from '@/lib/page'
import { IconButton } from '@/ui/button'
import { Crumbs } from '@/ui/crumbs'
import { Icon } from '@/ui/icon'
import { Kbd } from '@/ui/kbd'
import { useOpenOrganization } from './caller'
import { ThemeMenu } from './theme-menu'
import styles from './top-bar.module.css'

interface TopBarProps {
  onMenu: () => void
  onSearch: () => void
  onShortcuts: () => void
}

export function TopBar({ onMenu, onSearch, onShortcuts }: TopBarProps) {
  const page = useShownPage()
  const organization = useOpenOrganization()
  const { pathname } = useLocation()
  const home = organization ? [{ title: organization, to: addresses.organization(organization) }] : []
  return (
    <header className={styles.bar}>
      <span className={styles.menu}>
        <IconButton icon="menu" label="Navigation" onClick={onMenu} />
      </span>
      <Crumbs crumbs={[...home, ...sectionOf(pathname), ...page.crumbs]} page={page.title} />
      {page.object && organization && <Star object={page.object} organization={organization} />}
      <Follows />
      <button type="button" className={styles.find} onClick={onSearch}>
        <Icon name="search" />
        <span className={styles.hint}>Search or run a command</span>
        <Kbd keys="Mod+K" />
      </button>
      <span className={styles.wide}>
        <IconButton icon="keyboard" label="Keyboard shortcuts" onClick={onShortcuts} />
      </span>
      <ThemeMenu />
    </header>
  )
}

/** The section that a page stands in, for the way to it. */
function sectionOf(pathname: string): readonly Crumb[] {
  const [, root] = /^(\/app\/(?:account|admin|[^/]+\/settings))\/./.exec(pathname) ?? []
  if (root === undefined) return []
  const title = root === '/app/account' ? 'Account' : root === '/app/admin' ? 'Site administration' : 'Settings'
  return [{ title, to: root }]
}

/** Keeps the object of the page; and writes down that it was opened. */
function Star({ object, organization }: { object: PageObject; organization: string }) {
  const { pathname } = useLocation()
  const [favourites, toggle] = useFavourites()
  const [, addRecent] = useRecent()
  const isKnown = usePreferencesKnown()
  const used = () => ({ ...object, organization, to: pathname, at: new Date().toISOString() })
  const opened = useEffectEvent((kind: string, id: string) => addRecent({ ...used(), kind, id }))
  // Before it is known what was opened before, writing would forget it.
  useEffect(() => {
    if (isKnown) opened(object.kind, object.id)
  }, [isKnown, object.kind, object.id])
  const isKept = favourites.some((one) => one.kind === object.kind && one.id === object.id)
  return (
    <span className={isKept ? styles.kept : styles.star}>
      <IconButton
        icon={isKept ? 'star-filled' : 'star'}
        label={isKept ? 'Remove from the favourites' : 'Add to the favourites'}
        aria-pressed={isKept}
        onClick={() => toggle(used())}
      />
    </span>
  )
}

const PATIENCE_MS = 4_000

/** Says that the page may be old, once the stream is gone for longer than a restart of the server takes. */
function Follows() {
  const connection = useConnection()
  const isGone = useNoticed(connection === 'interrupted' || connection === 'connecting', PATIENCE_MS)
  if (!isGone) return null
  return (
    <span className={styles.gone} role="status" title="What is shown may be old. It is brought up to date as soon as the server answers.">
      <Icon name="drift" size={14} />
      Not live, reconnecting
    </span>
  )
}
