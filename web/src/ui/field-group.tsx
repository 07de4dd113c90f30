// A part of a long form: a line, a title, and the fields below it.
import type { ReactNode } from 'react'
import { classes } from './classes'
import styles from './field-group.module.css'

interface FieldGroupProps {
  title: ReactNode
  /** Behind the title, grey. */
  count?: ReactNode
  /** Below the title, one sentence. */
  about?: ReactNode
  /** Names a column of 168 px that stands beside the fields. */
  column?: string
  children: ReactNode
}

export function FieldGroup({ title, count, about, column, children }: FieldGroupProps) {
  return (
    <section className={styles.group}>
      <header className={classes(column !== undefined && styles.columns)}>
        <h2>
          {title}
          {count !== undefined && <span className={styles.quiet}> {count}</span>}
        </h2>
        {column && <span className={styles.quiet}>{column}</span>}
        {about && <p className={styles.quiet}>{about}</p>}
      </header>
      {children}
    </section>
  )
}
