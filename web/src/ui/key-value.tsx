// Facts with their names.
import { Fragment, type ReactNode } from 'react'
import styles from './key-value.module.css'

/** Facts; those that are null are left out. */
export type Entries = readonly (readonly [name: string, value: ReactNode] | null)[]

interface KeyValueProps {
  /** Name and value; entries that are null are left out, so that optional facts stay one line. */
  entries: Entries
  /** Width of the names. */
  width?: 'sm' | 'md' | 'lg'
}

export function KeyValue({ entries, width = 'md' }: KeyValueProps) {
  const shown = entries.filter((entry) => entry !== null)
  return (
    <dl className={`${styles.list} ${styles[width]}`}>
      {shown.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
