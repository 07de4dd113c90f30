// What can be done with the selected rows; floats above the end of the table.
import type { ReactNode } from 'react'
import { counted } from '@/lib/numbers'
import { IconButton } from './button'
import styles from './bulk-bar.module.css'

interface BulkBarProps {
  count: number
  /** "workspace" */
  what: string
  onClear: () => void
  /** Quiet buttons; what one may not do with all of them says why. */
  children: ReactNode
}

/** Nothing while nothing is selected. */
export function BulkBar({ count, what, onClear, children }: BulkBarProps) {
  if (count === 0) return null
  return (
    <div className={styles.bar} role="toolbar" aria-label={`${counted(count, what)} selected`}>
      <span className={styles.count}>{count} selected</span>
      {children}
      <IconButton icon="close" label="Select nothing" onClick={onClear} />
    </div>
  )
}
