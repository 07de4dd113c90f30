// What the engine said was wrong, with the code around the place.
import type { Schema } from '@/api/query'
import { CodeFrame } from '@/ui/code'
import { Icon } from '@/ui/icon'
import { Section } from '@/ui/section'
import styles from './run.module.css'

type Diagnostic = Schema<'Diagnostic'>

export function Diagnostics({ diagnostics }: { diagnostics: readonly Diagnostic[] }) {
  if (diagnostics.length === 0) return null
  return (
    <Section title="Diagnostics" count={diagnostics.length}>
      <div className={styles.diagnostics}>
        {distinct(diagnostics).map(({ key, diagnostic, times }) => (
          <DiagnosticPanel key={key} diagnostic={diagnostic} times={times} />
        ))}
      </div>
    </Section>
  )
}

interface Distinct {
  readonly key: string
  readonly diagnostic: Diagnostic
  readonly times: number
}

/** What the engine said several times is shown once; what it can say the place of comes first. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Distinct[] {
  const found = new Map<string, Distinct>()
  for (const diagnostic of diagnostics) {
    const key = JSON.stringify(diagnostic)
    found.set(key, { key, diagnostic, times: (found.get(key)?.times ?? 0) + 1 })
  }
  const hasPlace = ({ diagnostic }: Distinct) => Number(Boolean(diagnostic.file ?? diagnostic.address))
  return [...found.values()].sort((left, right) => hasPlace(right) - hasPlace(left))
}

function DiagnosticPanel({ diagnostic, times }: { diagnostic: Diagnostic; times: number }) {
  const { summary, detail, address, file, snippet } = diagnostic
  const isError = diagnostic.severity === 'error'
  const line = diagnostic.line ?? snippet?.['start-line']
  return (
    <article className={styles.diagnostic}>
      <header>
        <span className={isError ? styles.error : styles.warning}>
          <Icon name={isError ? 'failed' : 'warning'} />
          {summary}
          {times > 1 && <span className={styles.times}>{times} times</span>}
        </span>
        {file && (
          <code>
            {file}
            {line ? `:${line}` : ''}
          </code>
        )}
      </header>
      {(detail || address || snippet || diagnostic['code-frame']) && (
        <div>
          {address && (
            <p className={styles.quiet}>
              at <code>{address}</code>
            </p>
          )}
          {detail && <p className={styles.prose}>{detail}</p>}
          <Frame diagnostic={diagnostic} isError={isError} />
          {snippet?.values && snippet.values.length > 0 && (
            <ul className={styles.values}>
              {snippet.values.map((value) => (
                <li key={value.traversal}>
                  <code>{value.traversal}</code> {value.statement}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </article>
  )
}

function Frame({ diagnostic, isError }: { diagnostic: Diagnostic; isError: boolean }) {
  const { snippet } = diagnostic
  const severity = isError ? 'error' : 'warning'
  if (!snippet) {
    const frame = diagnostic['code-frame']
    return frame ? <CodeFrame frame={frame} line={diagnostic.line} severity={severity} /> : null
  }
  const first = snippet['start-line']
  const lines = snippet.code.replace(/\n$/, '').split('\n')
  const before = snippet.code.slice(0, snippet['highlight-start']).split('\n')
  const part = snippet.code.slice(snippet['highlight-start'], snippet['highlight-end']).split('\n')[0] ?? ''
  const frame = lines.map((text, at) => `${first + at}: ${text}`).join('\n')
  return <CodeFrame frame={frame} line={first + before.length - 1} part={part} severity={severity} />
}
