// What a change changes, field by field.
import { ValueDiff } from '@/ui/diff'
import { Text } from '@/ui/text'
import type { Difference } from '../queries'
import { fieldWords, type Names } from '../words'
import { useNamed } from './named'
import styles from '../resources.module.css'

interface DifferencesProps {
  differences: readonly Difference[]
  /** Of parents, versions and integrations, by id. */
  names: Names
}

export function Differences({ differences, names: known }: DifferencesProps) {
  const names = useNamed(differences, known)
  if (differences.length === 0) return <Text level={3}>Nothing of what was decided about it: it takes what it stands on as that is now.</Text>
  return (
    <dl className={styles.fields}>
      {differences.map((difference) => (
        <Field key={difference.field} difference={difference} names={names} />
      ))}
    </dl>
  )
}

/** What the API says of secrets that changed. */
const HIDDEN = '(secret)'

function Field({ difference, names }: { difference: Difference; names: Names }) {
  const { before, after } = difference
  const isSensitive = before === HIDDEN || after === HIDDEN
  return (
    <>
      <dt>{fieldWords(difference)}</dt>
      <dd>
        <ValueDiff before={shown(before, isSensitive, names)} after={shown(after, isSensitive, names)} />
      </dd>
    </>
  )
}

/** Null for none: what is new has no before. */
function shown(value: unknown, isSensitive: boolean, names: Names) {
  if (value === null || value === undefined) return null
  if (isSensitive) return { text: '', isSensitive: true }
  return { text: named(value, names) ?? JSON.stringify(value) }
}

/** Names in place of ids. */
function named(value: unknown, names: Names): string | undefined {
  if (typeof value === 'string') return names.get(value)
  if (!Array.isArray(value) || value.length === 0) return undefined
  const all = value.map((one) => names.get(String(one)))
  return all.every((one) => one !== undefined) ? all.join(', ') : undefined
}
