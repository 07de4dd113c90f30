// A label that somebody or the system put on an object.
import type { ReactNode } from 'react'
import { classes } from './classes'
import { Icon } from './icon'
import styles from './tag.module.css'

interface TagProps {
  children: ReactNode
  /** For keys and values, versions, what a machine wrote. */
  isMono?: boolean
  /** A frame instead of a filled background: what kind of thing it is. */
  isLine?: boolean
  /** All of it, where it may be too long for its place. */
  title?: string
}

export function Tag({ children, isMono = false, isLine = false, title }: TagProps) {
  return (
    <span title={title} className={classes(styles.tag, isMono && styles.mono, isLine && styles.line)}>
      <span className={styles.words}>{children}</span>
    </span>
  )
}

/** `env:prod`, or `env` where there is no value. */
export function KeyTag({ name, value }: { name: string; value?: string | null | undefined }) {
  const text = value ? `${name}:${value}` : name
  return (
    <Tag isMono title={text}>
      {text}
    </Tag>
  )
}

/** In place of a value that is not shown to anybody. */
export function Sensitive() {
  return (
    <span className={styles.sensitive}>
      <Icon name="lock" size={12} />
      sensitive
    </span>
  )
}

/** In place of a value that exists only once it was applied. */
export function Unknown({ text = 'known after apply' }: { text?: string }) {
  return <span className={styles.unknown}>{text}</span>
}
