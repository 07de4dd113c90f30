// What applying documents would change, or has changed: one entry for each, what others stand on first.
import type { Schema } from '@/api/query'
import { counted } from '@/lib/numbers'
import { objectWord } from '@/lib/objects'
import { Diff, ValueDiff } from '@/ui/diff'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import styles from '../templates.module.css'

type Change = Schema<'CatalogChange'>
type Difference = Schema<'FieldDifference'>

const WORDS = { create: 'create', update: 'update', none: 'no-op' } as const

export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <ul className={styles.plain}>
      {changes.map((change) => (
        <li key={`${change.kind} ${change.key}`} className={styles.change}>
          <span className={styles.leaf}>
            <Status of="change" value={WORDS[change.action]} />
            <Text level={3}>{objectWord(change.kind)}</Text>
            <Text isMono isStrong>
              {change.key}
            </Text>
          </span>
          {change.differences.length > 0 && (
            <dl className={styles.differences}>
              {change.differences.map((difference) => (
                <Different key={difference.field} difference={difference} isNew={change.action === 'create'} />
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  )
}

function Different({ difference: { field, before, after }, isNew }: { difference: Difference; isNew: boolean }) {
  const isText = typeof after === 'string' && typeof before === 'string' && (after.includes('\n') || before.includes('\n'))
  return (
    <>
      <dt>{field}</dt>
      <dd>
        {isText && !isNew ? (
          <Diff before={before} after={after} />
        ) : (
          <ValueDiff before={isNew ? null : { text: shown(before) }} after={{ text: shown(after) }} />
        )}
      </dd>
    </>
  )
}

/** A value in one line, as it would stand in a document; texts as they are. */
function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inLine).join(', ')
  return inLine(value)
}

/** What a row is called stands first; how many of it only where it is not one. */
const FIRST = ['template', 'name', 'kind', 'output']

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : JSON.stringify(value)
  const isOne = 'minimum' in value && 'maximum' in value && value.minimum === 1 && value.maximum === 1
  const fields = Object.entries(value).filter(([name]) => !(isOne && (name === 'minimum' || name === 'maximum')))
  const sorted = fields.toSorted(([left], [right]) => Number(FIRST.includes(right)) - Number(FIRST.includes(left)))
  const [only] = sorted
  if (sorted.length === 1 && only) return inLine(only[1])
  return `{${sorted.map(([name, field]) => `${name}: ${field === null ? 'any' : inLine(field)}`).join(', ')}}`
}

/** `2 to create, 1 to change, 4 as they should be`. */
export function summary(changes: readonly Change[], isDone: boolean): string {
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length
  const [made, changed, same] = [count('create'), count('update'), count('none')]
  const parts = isDone
    ? [made > 0 && `${made} created`, changed > 0 && `${changed} changed`, same > 0 && `${same} ${same === 1 ? 'was as it' : 'were as they'} should be`]
    : [made > 0 && `${made} to create`, changed > 0 && `${changed} to change`, same > 0 && `${same} as ${same === 1 ? 'it' : 'they'} should be`]
  return parts.filter(Boolean).join(', ') || counted(0, 'document')
}
