// What a plan does, in numbers.
import { classes } from './classes'
import styles from './counts.module.css'

export interface ChangeCounts {
  readonly create?: number
  readonly update?: number
  readonly replace?: number
  readonly destroy?: number
}

const SIGNS = [
  ['create', '+', 'to create'],
  ['update', '~', 'to change'],
  ['replace', '±', 'to replace'],
  ['destroy', '−', 'to destroy'],
] as const

/** `+6 ~5 ±2 −1`; what is none is left out, or grey with `isComplete` so that columns align. */
export function Counts({ counts, isComplete = false }: { counts: ChangeCounts; isComplete?: boolean }) {
  const shown = SIGNS.filter(([name]) => isComplete || (counts[name] ?? 0) > 0)
  if (shown.length === 0) return <span className={styles.none}>no changes</span>
  const words = shown.map(([name, , word]) => `${counts[name] ?? 0} ${word}`).join(', ')
  return (
    <span className={styles.counts} role="img" aria-label={words} title={words}>
      {shown.map(([name, sign]) => (
        <span key={name} className={classes((counts[name] ?? 0) > 0 ? styles[name] : styles.zero)}>
          {sign}
          {counts[name] ?? 0}
        </span>
      ))}
    </span>
  )
}
