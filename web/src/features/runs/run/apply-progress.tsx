// How far the apply is: how much is done, what is under way, what failed. Each change says its own in the lens.
import { count } from '@/lib/numbers'
import { Icon } from '@/ui/icon'
import { Progress } from '@/ui/progress'
import { Duration } from '@/ui/time'
import type { ApplyProgress, ResourceStep } from './progress'
import styles from './run.module.css'

interface ApplyProgressPanelProps {
  progress: ApplyProgress
  /** Changes that the plan has. */
  total: number
  isActive: boolean
}

// More than these are only counted.
const MOST_SHOWN = 6

export function ApplyProgressPanel({ progress, total, isActive }: ApplyProgressPanelProps) {
  const { done, running, errored } = progress
  if (!isActive && errored.length === 0) return null
  const shown = [...errored, ...running].slice(0, MOST_SHOWN)
  const more = errored.length + running.length - shown.length
  return (
    <section className={styles.progress} aria-label="Progress of the apply">
      <header>
        <span>
          <b>{count(done)}</b> of {count(Math.max(total, done))} done
          {running.length > 0 && `, ${count(running.length)} under way`}
          {errored.length > 0 && <span className={styles.risk}>, {count(errored.length)} failed</span>}
        </span>
      </header>
      <Progress value={done} of={Math.max(total, done)} label="Applying" />
      <ul>
        {shown.map((step) => (
          <li key={`${step.address} ${step.action}`}>
            <code title={step.address}>{step.address}</code>
            <StepState step={step} />
          </li>
        ))}
      </ul>
      {more > 0 && <p className={styles.quiet}>and {count(more)} more</p>}
    </section>
  )
}

const DOING: Record<string, string> = { create: 'creating', update: 'changing', delete: 'destroying', read: 'reading' }
const DID: Record<string, string> = { create: 'created', update: 'changed', delete: 'destroyed', read: 'read' }

/** `creating 12 s`, `created in 3.2 s`, `failed`. */
export function StepState({ step, isReplaced = false }: { step: ResourceStep; isReplaced?: boolean }) {
  if (step.status === 'running') {
    return (
      <span className={styles.doing}>
        <Icon name="running" size={14} /> {DOING[step.action] ?? step.action}
        {step['started-at'] && (
          <>
            {' '}
            <Duration from={step['started-at']} isStopwatch />
          </>
        )}
      </span>
    )
  }
  const elapsed = step['elapsed-seconds']
  if (step.status === 'errored') {
    return (
      <span className={styles.risk}>
        <Icon name="failed" size={14} /> failed
      </span>
    )
  }
  return (
    <span className={styles.did}>
      <Icon name="ok" size={14} /> {isReplaced && step.action === 'create' ? 'replaced' : (DID[step.action] ?? step.action)}
      {elapsed !== undefined && elapsed >= 0.1 && ` in ${elapsed.toFixed(1)} s`}
    </span>
  )
}
