// The way to this page.
import { Fragment } from 'react'
import type { Crumb } from '@/lib/page'
import { Link } from '@tanstack/react-router'
import { classes } from './classes'
import styles from './crumbs.module.css'

/** What is no longer than this stays whole; longer ones share the room. */
const SHORT = 16

/** The last is the page itself. */
export function Crumbs({ crumbs, page }: { crumbs: readonly Crumb[]; page: string }) {
  return (
    <nav className={styles.crumbs} aria-label="Breadcrumb">
      {crumbs.map((crumb, at) => (
        <Fragment key={crumb.to}>
          <Link to={crumb.to} className={classes(styles.up, crumb.title.length <= SHORT && styles.short)}>
            {crumb.title}
          </Link>
          {(page !== '' || at < crumbs.length - 1) && (
            <span className={styles.slash} aria-hidden>
              /
            </span>
          )}
        </Fragment>
      ))}
      {page !== '' && (
        <span aria-current="page" className={styles.page}>
          {page}
        </span>
      )}
    </nav>
  )
}
