// Parts of a form that most people leave as they are: folded, with what is in them.
import type { ReactNode } from 'react'
import { Icon } from './icon'
import styles from './fold.module.css'

interface FoldProps {
  title: ReactNode
  /** Behind the title, grey: why nobody has to open it. */
  about?: ReactNode
  /** Whether it begins open; somebody who opened or closed it decides from then on. */
  isOpen?: boolean
  children: ReactNode
}

export function Fold({ title, about, isOpen = false, children }: FoldProps) {
  return (
    <details className={styles.fold} open={isOpen}>
      <summary>
        <Icon name="chevron-right" size={14} />
        <span>
          {title} {about && <span className={styles.about}>{about}</span>}
        </span>
      </summary>
      <div className={styles.inside}>{children}</div>
    </details>
  )
}
