// A word in a tinted frame: a status that a page is about, or a fact that must not be missed.
import type { ReactNode } from 'react'
import { classes } from './classes'
import { Icon, type IconName, type Tone } from './icon'
import styles from './badge.module.css'

interface BadgeProps {
  children: ReactNode
  tone?: Tone
  icon?: IconName
  size?: 'md' | 'sm'
}

/** For statuses of the API take `<Status isBadge>`. */
export function Badge({ children, tone = 'neutral', icon, size = 'md' }: BadgeProps) {
  return (
    <span className={classes(styles.badge, styles[tone], size === 'sm' && styles.small)}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  )
}
