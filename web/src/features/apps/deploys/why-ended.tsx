// Why a deploy brought nothing, what runs instead, and what to do.
import { Alert } from '@/ui/alert'
import { Sentence } from '@/ui/text'
import type { Deploy } from '../queries'
import { failureAt, versionName } from '../words'
import styles from '../apps.module.css'

export function WhyEnded({ deploy: { attributes } }: { deploy: Deploy }) {
  const before = versionName(attributes['previous-version'])
  if (attributes.reason === '') return null
  const isFailed = attributes.status === 'failed'
  // A sentence, and the last lines that were written.
  const [said = '', ...lines] = attributes.reason.split('\n')
  const { failed, next } = failureAt(attributes.step)
  return (
    <Alert tone={isFailed ? 'danger' : 'neutral'} title={isFailed ? failed : 'It was canceled'}>
      <Sentence text={said} />
      {lines.length > 0 && <pre className={styles.lines}>{lines.join('\n')}</pre>}
      <div>
        {before ? `${before} is still what runs.` : 'Nothing runs.'} {isFailed && next}
      </div>
    </Alert>
  )
}
