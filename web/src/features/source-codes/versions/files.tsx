// Files that differ between two snapshots.
import type { Schema } from '@/api/query'
import { Code } from '@/ui/code'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import styles from '../source-codes.module.css'

const WORDS = { added: 'create', removed: 'delete', changed: 'update' } as const

export function Files({ files, isCut }: { files: readonly Schema<'FileDifference'>[]; isCut: boolean }) {
  if (files.length === 0) return <Text level={3}>No file differs.</Text>
  return (
    <ul className={styles.problems}>
      {files.map(({ path, change, diff }) => (
        <li key={path}>
          <span className={styles.facts}>
            <Status of="change" value={WORDS[change as keyof typeof WORDS] ?? 'no-op'} />
            <code>{path}</code>
          </span>
          {diff ? <Code text={diff} /> : <Text level={3}>No text, or too long to be shown.</Text>}
        </li>
      ))}
      {isCut && <li>More files differ than are shown.</li>}
    </ul>
  )
}
