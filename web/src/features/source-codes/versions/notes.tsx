// What a version means for whoever uses the one before: what breaks first.
import { Icon } from '@/ui/icon'
import { Sentence, Text } from '@/ui/text'
import type { Version } from './queries'
import styles from '../source-codes.module.css'

const LOOKS = {
  breaking: { icon: 'warning', tone: 'danger' },
  notable: { icon: 'info', tone: 'warning' },
  harmless: { icon: 'dot', tone: 'neutral' },
} as const

const ORDER = ['breaking', 'notable', 'harmless']

export function Notes({ notes, empty }: { notes: Version['attributes']['notes']; empty: string }) {
  if (notes.length === 0) return <Text level={3}>{empty}</Text>
  const sorted = notes.toSorted((left, right) => ORDER.indexOf(left.weight) - ORDER.indexOf(right.weight))
  return (
    <ul className={styles.problems}>
      {sorted.map((note) => {
        const { icon, tone } = LOOKS[note.weight as keyof typeof LOOKS] ?? LOOKS.harmless
        return (
          <li key={`${note.subject} ${note.name} ${note.change}`} className={styles.note}>
            <Icon name={icon} tone={tone} label={note.weight} />
            <span>
              <Sentence text={note.sentence} />
            </span>
          </li>
        )
      })}
    </ul>
  )
}
