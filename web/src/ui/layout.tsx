// How things stand beside and below each other.
import type { ReactNode } from 'react'
import { classes } from './classes'
import styles from './layout.module.css'

interface RowProps {
  children: ReactNode
  gap?: 1 | 2 | 3 | 4 | 6
  /** Onto further lines where it is narrow. */
  isWrapping?: boolean
  /** Space between what is first and what is last. */
  isSpread?: boolean
}

/** Beside each other, on one line of text. */
export function Row({ children, gap = 2, isWrapping = false, isSpread = false }: RowProps) {
  return (
    <div className={classes(styles.row, styles[`gap${gap}`], isWrapping && styles.wrapping, isSpread && styles.spread)}>
      {children}
    </div>
  )
}

/** Below each other. */
export function Stack({ children, gap = 3 }: { children: ReactNode; gap?: 1 | 2 | 3 | 4 | 6 }) {
  return <div className={classes(styles.stack, styles[`gap${gap}`])}>{children}</div>
}

interface SplitProps {
  children: ReactNode
  aside: ReactNode
  /** What is beside the page stays in sight, as something that follows what is typed. */
  isFollowing?: boolean
}

/** The page and a narrow column beside it, which goes below it where it is narrow. */
export function Split({ children, aside, isFollowing = false }: SplitProps) {
  return (
    <div className={styles.split}>
      <div className={styles.main}>{children}</div>
      <aside className={classes(styles.main, isFollowing && styles.following)} aria-label="Beside it">
        {aside}
      </aside>
    </div>
  )
}
