// Why a deploy brought nothing, what runs instead, and what to do.
import { Alert } from '@/ui/alert'
import { Sentence } from '@/ui/text'
import type { Deploy } from '../queries'
import { failureAt, versionName } from '../words'

export function WhyEnded({ deploy: { attributes } }: { deploy: Deploy }) {
  const before = versionName(attributes['previous-version'])
  if (attributes.reason === '') return null
  const isFailed = attributes.status === 'failed'
  const { failed, next } = failureAt(attributes.step)
  return (
    <Alert tone={isFailed ? 'danger' : 'neutral'} title={isFailed ? failed : 'It was canceled'}>
      {attributes.reason.split('\n').map((line, at) => (
        // Lines of a reason never change their order.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at}>
          <Sentence text={line} />
        </div>
      ))}
      <div>
        {before ? `${before} is still what runs.` : 'Nothing runs.'} {isFailed && next}
      </div>
    </Alert>
  )
}
