// Small ways of setting text, so that pages need no classes for them.
import type { ReactNode } from 'react'
import { classes } from './classes'
import styles from './text.module.css'

interface TextProps {
  children: ReactNode
  /** 2 for what is secondary, 3 for what is beside it. */
  level?: 1 | 2 | 3
  /** 12 px instead of 13. */
  isSmall?: boolean
  isStrong?: boolean
  /** For ids, versions, paths, values. */
  isMono?: boolean
  /** One line that ends with an ellipsis. */
  isCut?: boolean
  title?: string
}

/** Text in a row of other text. */
export function Text({ children, level = 1, isSmall, isStrong, isMono, isCut, title }: TextProps) {
  const look = classes(
    level !== 1 && styles[`level${level}`],
    isSmall && styles.small,
    isStrong && styles.strong,
    isMono && styles.mono,
    isCut && styles.cut,
  )
  return (
    <span className={look} title={title}>
      {children}
    </span>
  )
}

/** A sentence of the server, which sets commands and names of variables between backquotes. */
export function Sentence({ text }: { text: string }) {
  // Parts of a sentence never change their order.
  // oxlint-disable-next-line react/no-array-index-key
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))
}

/** Short facts in one line, with dots between them; what is null is left out. */
export function Facts({ children }: { children: readonly ReactNode[] }) {
  const shown = children.filter((fact) => fact !== null && fact !== undefined && fact !== false)
  return (
    <span className={styles.facts}>
      {shown.map((fact, position) => (
        // Facts have no names of their own and never change their order.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={position}>{fact}</span>
      ))}
    </span>
  )
}

/** Text for reading, not wider than one reads well. */
export function Prose({ children }: { children: ReactNode }) {
  return <div className={styles.prose}>{children}</div>
}
