// What is wrong with the module of a version.
import { Alert } from '@/ui/alert'
import { Text } from '@/ui/text'
import type { Version } from './queries'
import styles from '../source-codes.module.css'

export function VersionProblems({ version: { attributes } }: { version: Version }) {
  const isFailed = attributes.status === 'failed'
  return (
    <Alert tone={isFailed ? 'danger' : 'warning'} title={isFailed ? 'Its module cannot be read' : 'Its module can be read, but not all of it'}>
      <ul className={styles.problems}>
        {attributes.problems.map(({ summary, detail, file, line }) => (
          <li key={`${file} ${line} ${summary}`}>
            {file && <code>{line ? `${file}:${line}` : file}</code>} {summary} {detail && <Text level={2}>{detail}</Text>}
          </li>
        ))}
      </ul>
    </Alert>
  )
}
