// Where something of the visitor's machine is dropped or chosen: what it is about at the left, the button at the right.
import type { ReactNode } from 'react'
import { classes } from './classes'
import styles from './drop-zone.module.css'

interface DropZoneProps {
  /** Files are held over the page now. */
  isOver: boolean
  isWrong: boolean
  /** A `<strong>` with what to do or what is chosen, and smaller lines below it. */
  children: ReactNode
  /** The button that does the same for who cannot drop. */
  action: ReactNode
}

export function DropZone({ isOver, isWrong, children, action }: DropZoneProps) {
  return (
    <div className={classes(styles.drop, isOver && styles.over, isWrong && styles.wrong)}>
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  )
}
