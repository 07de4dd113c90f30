// How far it is: `value` of `of`, with the words that say it.
import styles from './progress.module.css'

interface ProgressProps {
  value: number
  of: number
  /** Says what is counted, for screen readers: "Applying". */
  label: string
}

export function Progress({ value, of, label }: ProgressProps) {
  const share = of > 0 ? Math.min(1, value / of) : 0
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={of}
    >
      <div className={styles.bar} style={{ width: `${share * 100}%` }} />
    </div>
  )
}
