// The head of every page: its title, what it is about, the one primary action.
import { type ReactNode, useEffect, useRef } from 'react'
import { type Crumb, type PageAction, type PageObject, usePage } from '@/lib/page'
import styles from './page-head.module.css'

interface PageHeadProps {
  title: string
  /** Stands behind the title, small: a total. */
  count?: ReactNode
  /** A status badge behind the title. */
  status?: ReactNode
  /** Who, what, since when: one or several short facts below the title; give `<Facts>` for several. */
  meta?: ReactNode
  /** Buttons; the last one may be the page's only primary. */
  actions?: ReactNode
  /** The way here, between the organization and the title. */
  crumbs?: readonly Crumb[]
  /** What the page is about: it can be a favourite, and is remembered as recently used. */
  object?: PageObject | null
  /** What the palette offers first on this page. */
  palette?: readonly PageAction[]
}

let isArrived = false

/** Once a page. Sets the document's title, the crumbs, and takes the focus when the page is opened. */
export function PageHead({ title, count, status, meta, actions, crumbs, object, palette }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  usePage({ title, ...(crumbs && { crumbs }), ...(object && { object }), ...(palette && { actions: palette }) })
  useEffect(() => {
    // After a change of page the focus would stay with what was pressed, or be lost with it. The first page leaves it to
    // the browser, and forms that take the focus themselves keep it.
    const active = document.activeElement
    const isTaken = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement
    if (isArrived && !isTaken) heading.current?.focus({ preventScroll: true })
    isArrived = true
  }, [])
  return (
    <header className={styles.head}>
      <div className={styles.text}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
          {count !== undefined && <span className={styles.count}> {count}</span>}
          {status && <span className={styles.status}>{status}</span>}
        </h1>
        {meta && <div className={styles.meta}>{meta}</div>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  )
}
