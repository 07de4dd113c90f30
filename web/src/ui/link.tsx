// Links: to pages of the console, to other pages of the server, out of it.
import { Link as RouterLink, type LinkProps as RouterLinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { classes } from './classes'
import { Icon } from './icon'
import styles from './link.module.css'

interface LinkProps {
  /** From `addresses`. */
  to: string
  search?: RouterLinkProps['search']
  children: ReactNode
  /** `text` in sentences (accent), `name` for the name of an object in a row, `plain` for anything else. */
  look?: 'text' | 'name' | 'plain'
  title?: string
}

/** To another page of the console. */
export function Link({ to, search, children, look = 'text', title }: LinkProps) {
  return (
    <RouterLink
      to={to}
      {...(search !== undefined && { search: search as never })}
      className={classes(look !== 'plain' && styles[look])}
      {...(title !== undefined && { title })}
    >
      {children}
    </RouterLink>
  )
}

/** To anything that is not a page of the console: downloads, the account's own pages, other sites (in a new tab). */
export function Anchor({ href, children, isDownload = false }: { href: string; children: ReactNode; isDownload?: boolean }) {
  const isElsewhere = /^https?:/.test(href) && !href.startsWith(window.location.origin)
  return (
    <a
      href={href}
      className={styles.text}
      {...(isElsewhere && { target: '_blank', rel: 'noreferrer' })}
      {...(isDownload && { download: '' })}
    >
      {children}
      {isElsewhere && <Icon name="external" size={12} label="opens in a new tab" className={styles.external} />}
    </a>
  )
}
