// At the lower edge while a run waits for a person: what a yes does, what is lost, and both answers.
import { type ReactNode, useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { TextInput } from '@/ui/text-input'
import { type Decision, lacksApproval, refusalOf } from './decisions'
import { DecisionDialog } from './decision-dialog'
import { deletionsOf } from './phases'
import { isForPerson, type RunDetail, type Workspace } from './queries'
import styles from './run.module.css'

interface ConfirmBarProps {
  detail: RunDetail
  workspace: Workspace | undefined
  workspaceName: string
  onDecide: (decision: Decision, comment: string) => Promise<unknown>
}

/** Nothing unless a person is waited for. */
export function ConfirmBar({ detail, workspace, workspaceName, onDecide }: ConfirmBarProps) {
  const [comment, setComment] = useState('')
  const [asked, setAsked] = useState<Decision | null>(null)
  const [busy, setBusy] = useState<Decision | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  if (!isForPerson(detail.run.attributes.status)) return null

  const deletions = deletionsOf(detail.plan)
  const refusal = refusalOf('apply', detail, workspace)
  const decide = async (decision: Decision) => {
    setBusy(decision)
    setError(null)
    await onDecide(decision, comment.trim()).catch((thrown: unknown) => setError(toApiError(thrown)))
    setBusy(null)
  }
  return (
    <div className={styles.confirm} role="region" aria-label="Decision">
      <div className={styles.say}>
        <Says detail={detail} deletions={deletions} refusal={refusal} error={error} />
      </div>
      <div className={styles.comment}>
        <TextInput label="Comment" isLabelHidden placeholder="Comment (optional)" value={comment} onChange={setComment} />
      </div>
      <Button
        isBusy={busy === 'discard'}
        disabledReason={refusalOf('discard', detail, workspace)}
        onClick={() => void decide('discard')}
      >
        Discard
      </Button>
      <Button
        // The page's one primary action is to approve it then.
        look={lacksApproval(detail.run) ? 'default' : 'primary'}
        isBusy={busy === 'apply'}
        disabledReason={refusal}
        onClick={() => (deletions ? setAsked('apply') : void decide('apply'))}
      >
        {deletions ? 'Confirm and apply…' : 'Confirm and apply'}
      </Button>
      <DecisionDialog
        decision={asked}
        onClose={() => setAsked(null)}
        detail={detail}
        workspace={workspaceName}
        comment={comment.trim()}
        onDecide={onDecide}
      />
    </div>
  )
}

interface SaysProps {
  detail: RunDetail
  deletions: string | null
  refusal: string | null
  error: ApiError | null
}

function Says({ detail, deletions, refusal, error }: SaysProps): ReactNode {
  if (error) {
    return (
      <span className={styles.risk} role="alert">
        <Icon name="failed" size={14} /> {error.message}
      </span>
    )
  }
  if (refusal) return <span className={styles.refusal}>{refusal}</span>
  const isSaved = detail.run.attributes.status === 'planned_and_saved'
  return (
    <>
      <span className={styles.strong}>{isSaved ? 'The plan is kept: confirming applies exactly it' : 'Your yes applies exactly this plan'}</span>
      <br />
      {deletions ? (
        <span className={styles.risk}>{deletions}: you type the workspace name to confirm.</span>
      ) : (
        <span className={styles.quiet}>Nothing is destroyed.</span>
      )}
    </>
  )
}
