// A status: always an icon, a word and a colour together.
import type { ReactNode } from 'react'
import { Badge } from './badge'
import { classes } from './classes'
import { Icon } from './icon'
import { type StatusKind, type StatusWord, statusLook } from './status-list'
import styles from './status.module.css'

interface StatusProps<Kind extends StatusKind> {
  /** What it is about; chooses the list of words. */
  of: Kind
  /** The API's word. */
  value: StatusWord<Kind>
  /** Framed and tinted, for the one status a page is about. */
  isBadge?: boolean
  /** Says more, behind the word: `14 of 22`. */
  detail?: ReactNode
}

/** Shows the API's `value` in the console's words. */
export function Status<Kind extends StatusKind>({ of, value, isBadge = false, detail }: StatusProps<Kind>) {
  const { word, icon, tone, isCalm } = statusLook(of, value)
  if (isBadge) {
    return (
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
    )
  }
  const text = (
    <span className={classes(styles.status, isCalm ? styles.calm : styles[tone])}>
      <Icon name={icon} />
      {word}
    </span>
  )
  if (detail === undefined) return text
  return (
    <span className={styles.cell}>
      {text}
      <span className={classes(styles.detail, tone === 'danger' && styles.danger)}>{detail}</span>
    </span>
  )
}
