// Where in the repository: each part leads there.
import { Fragment } from 'react'
import { Button } from '@/ui/button'
import styles from '../repositories.module.css'

interface PathCrumbsProps {
  /** `modules/network`; empty for the top. */
  path: string
  isFile: boolean
  /** What the top is called. */
  root: string
  onOpen: (directory: string) => void
}

export function PathCrumbs({ path, isFile, root, onOpen }: PathCrumbsProps) {
  const parts = path === '' ? [] : path.split('/')
  return (
    <nav className={styles.path} aria-label="Directory">
      <Button look="quiet" size="sm" onClick={() => onOpen('')}>
        {root}
      </Button>
      {parts.map((part, at) => {
        const directory = parts.slice(0, at + 1).join('/')
        const isLast = at === parts.length - 1
        return (
          <Fragment key={directory}>
            <span aria-hidden>/</span>
            {isLast ? (
              <strong aria-current={isFile ? 'page' : 'location'}>{part}</strong>
            ) : (
              <Button look="quiet" size="sm" onClick={() => onOpen(directory)}>
                {part}
              </Button>
            )}
          </Fragment>
        )
      })}
    </nav>
  )
}
