// Parts of a page.
import type { ReactNode } from 'react'
import { classes } from './classes'
import styles from './section.module.css'

interface SectionProps {
  title: ReactNode
  /** Behind the title, grey. */
  count?: ReactNode
  /** Below the title, one sentence. */
  about?: ReactNode
  /** At the end of the title's line. */
  actions?: ReactNode
  /** A line below the title, where what follows has no frame or rows of its own. */
  isRuled?: boolean
  id?: string
  children: ReactNode
}

/** A part with a title, on the page itself. */
export function Section({ title, count, about, actions, isRuled = false, id, children }: SectionProps) {
  return (
    <section className={classes(styles.section, isRuled && styles.ruled)} id={id}>
      <header>
        <h2>
          {title}
          {count !== undefined && <span className={styles.count}> {count}</span>}
        </h2>
        {actions && <div className={styles.end}>{actions}</div>}
      </header>
      {about && <p className={styles.about}>{about}</p>}
      {children}
    </section>
  )
}

interface PanelProps {
  /** Left out, the panel has no head. */
  title?: ReactNode
  count?: ReactNode
  actions?: ReactNode
  footer?: ReactNode
  /** Without space around the content: tables and logs bring their own. */
  isFlush?: boolean
  children: ReactNode
}

/** A frame: only around what scrolls, what waits, or one thing to act on. */
export function Panel({ title, count, actions, footer, isFlush = false, children }: PanelProps) {
  return (
    <section className={styles.panel}>
      {(title || actions) && (
        <header>
          <h2>
            {title}
            {count !== undefined && <span className={styles.count}> {count}</span>}
          </h2>
          {actions && <div className={styles.end}>{actions}</div>}
        </header>
      )}
      {isFlush ? children : <div className={styles.body}>{children}</div>}
      {footer && <footer>{footer}</footer>}
    </section>
  )
}
