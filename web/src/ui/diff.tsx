// What changed: lines of a text, or one value.
import { diffLines, diffWithin, type DiffLine } from '@/lib/diff'
import { classes } from './classes'
import { Sensitive, Unknown } from './tag'
import styles from './diff.module.css'

interface DiffProps {
  before: string
  after: string
  /** Lines kept around each change; all without it. */
  context?: number
}

/** Two texts line by line; the part of a line that changed is marked. */
export function Diff({ before, after, context = 3 }: DiffProps) {
  const lines = diffLines(before, after, context)
  return (
    // Wide lines scroll; the keyboard must reach them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.diff} tabIndex={0} role="group" aria-label="Changes">
      {lines.map((line, at) =>
        line === null ? (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={at} className={styles.gap}>
            ⋯
          </div>
        ) : (
          <Line key={`${line.kind}${line.before}.${line.after}`} line={line} />
        ),
      )}
    </div>
  )
}

const SIGNS = { same: '', added: '+', removed: '−' } as const

function Line({ line }: { line: DiffLine }) {
  const [start, changed, end] = line.parts
  const Mark = line.kind === 'added' ? 'ins' : 'del'
  return (
    <div className={classes(styles.line, styles[line.kind])}>
      <i>{line.before}</i>
      <i>{line.after}</i>
      <b>{SIGNS[line.kind]}</b>
      <span>
        {start}
        {changed && <Mark>{changed}</Mark>}
        {end}
      </span>
    </div>
  )
}

/** A value as a plan or a state shows it. */
export interface DiffValue {
  /** What is shown, in the notation of the configuration; null for none. */
  readonly text: string | null
  readonly isSensitive?: boolean
  readonly isUnknown?: boolean
}

/** `"15.8" → "16.4"`, with marks; what is not shown or not known says so. */
export function ValueDiff({ before, after }: { before: DiffValue | null; after: DiffValue | null }) {
  const [start, removed, added, end] = parts(before, after)
  return (
    <span className={styles.value}>
      {before && <Side value={before} parts={[start, removed, end]} mark="del" />}
      {before && after && <span className={styles.to}>→</span>}
      {after && <Side value={after} parts={[start, added, end]} mark="ins" />}
    </span>
  )
}

interface SideProps {
  value: DiffValue
  parts: readonly [string, string, string]
  mark: 'ins' | 'del'
}

function Side({ value, parts: [start, changed, end], mark: Mark }: SideProps) {
  if (value.isSensitive) return <Sensitive />
  if (value.isUnknown) return <Unknown />
  if (value.text === null) return <span className={styles.none}>null</span>
  return (
    <span>
      {start}
      {changed && <Mark>{changed}</Mark>}
      {end}
    </span>
  )
}

// Only long texts are marked within: of a short one the whole is easier to read.
const SHORT = 24

function parts(before: DiffValue | null, after: DiffValue | null): readonly [string, string, string, string] {
  const [left, right] = [before?.text ?? '', after?.text ?? '']
  if (left.length <= SHORT || right.length <= SHORT) return ['', left, right, '']
  const found = diffWithin(left, right)
  return found[0].length + found[3].length < 8 ? ['', left, right, ''] : found
}
