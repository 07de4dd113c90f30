// Where a list would be and nothing is yet: what is missing, what it is for, how to make the first.
import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

interface EmptyStateProps {
  /** Names what is missing: "No apps in shop yet". */
  title: string
  /** One or two sentences on what it is for. */
  children: ReactNode
  /** The button that makes the first. */
  action?: ReactNode
  /** The same from a terminal, a `<Command>`. */
  command?: ReactNode
}

export function EmptyState({ title, children, action, command }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      <p>{children}</p>
      {(action || command) && (
        <div className={styles.next}>
          {action}
          {command}
        </div>
      )}
    </div>
  )
}
