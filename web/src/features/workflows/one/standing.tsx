// How far a workflow is, in one line.
import { Progress } from '@/ui/progress'
import { Text } from '@/ui/text'
import type { Workflow } from '../queries'
import { tally, tallyWords } from '../words'
import styles from '../workflows.module.css'

export function Standing({ workflow: { attributes } }: { workflow: Workflow }) {
  const { steps, status } = attributes
  const { done } = tally(steps)
  if (status === 'planned') return null
  return (
    <div className={styles.standing}>
      <span aria-live="polite">
        <Text isStrong>
          {done} of {steps.length} done
        </Text>{' '}
        <Text level={2}>{tallyWords(steps)}</Text>
      </span>
      {status !== 'succeeded' && <Progress value={done} of={steps.length} label="Steps done" />}
    </div>
  )
}
