// Why a deploy brought nothing, and what runs instead.
import { Alert } from '@/ui/alert'
import { Sentence } from '@/ui/text'
import type { Deploy } from '../queries'
import { versionName } from '../words'

export function WhyEnded({ deploy: { attributes } }: { deploy: Deploy }) {
  const before = versionName(attributes['previous-version'])
  if (attributes.reason === '') return null
  const isFailed = attributes.status === 'failed'
  return (
    <Alert tone={isFailed ? 'danger' : 'neutral'} title={isFailed ? `It failed at the step ${attributes.step}` : 'It was canceled'}>
      <Sentence text={attributes.reason} /> {before && `${before} is still what runs.`}
    </Alert>
  )
}
