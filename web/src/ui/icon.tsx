// One icon of the set, in the colour of the text.
import styles from './icon.module.css'
import { type IconName, shapes } from './icon-shapes'

export type { IconName } from './icon-shapes'

interface IconProps {
  name: IconName
  /** 12 beside small text, 14 in bars and badges, 16 otherwise. */
  size?: 12 | 14 | 16
  /** Says what it means where no word beside it does; without it the icon is hidden from screen readers. */
  label?: string
  /** A status colour; otherwise the colour of the text around it. */
  tone?: Tone
  className?: string | undefined
}

/** The colours that mean something. */
export type Tone = 'accent' | 'success' | 'warning' | 'danger' | 'info' | 'neutral'

/** Draws `name`. Use it with a word beside it, or give it a `label`. */
export function Icon({ name, size = 16, label, tone, className }: IconProps) {
  const classes = [styles.icon, name === 'running' && styles.turning, tone && styles[tone], className]
  return (
    <svg
      className={classes.filter(Boolean).join(' ')}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      {shapes[name]}
    </svg>
  )
}
