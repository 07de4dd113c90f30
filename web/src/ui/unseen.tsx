// Words for who listens: they complete what is seen, where a label of its own would have to repeat it (WCAG 2.2, 2.5.3).
import type { ReactNode } from 'react'
import styles from './unseen.module.css'

export function Unseen({ children }: { children: ReactNode }) {
  return <span className={styles.unseen}>{children}</span>
}
