// Labels of a row: the first of them, each cut where it is longer than there is room for.
import { counted } from '@/lib/numbers'
import { KeyTag } from './tag'
import { Text } from './text'
import styles from './tag.module.css'

/** So many are shown. */
const FIRST = 2

export function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <span className={styles.labels}>
      {labels.slice(0, FIRST).map((label) => (
        <span key={label}>
          <KeyTag name={label} />
        </span>
      ))}
      {labels.length > FIRST && <Text level={3}>{counted(labels.length - FIRST, 'more', 'more')}</Text>}
    </span>
  )
}
