// How something stands that people have to approve: the rules, who said what, and saying it.
import { useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { Button } from './button'
import { Command } from './command'
import { Icon } from './icon'
import { Panel } from './section'
import { Status } from './status'
import { TextInput } from './text-input'
import { Time } from './time'
import { Who } from './who'
import styles from './approvals.module.css'

/** What somebody can say; `withdraw` takes back what was said. */
export type Said = 'approve' | 'reject' | 'withdraw'

interface ApprovalsPanelProps {
  approvals: Schema<'Approvals'>
  /** Id of who looks. */
  me: string | undefined
  /** Why who looks can say nothing, and who can. */
  refusal: string | null
  /** Says it; what it throws is shown. */
  onSay: (said: Said, comment: string) => Promise<unknown>
  /** The same from a terminal. */
  command: string
}

export function ApprovalsPanel({ approvals, me, refusal, onSay, command }: ApprovalsPanelProps) {
  const { rules, votes, status, detail } = approvals
  const needed = rules.reduce((sum, rule) => sum + rule.needed, 0)
  const given = rules.reduce((sum, rule) => sum + Math.min(rule.given, rule.needed), 0)
  const own = votes.find((vote) => vote.user === me)
  const isOpen = refusal === null
  return (
    <Panel
      title="Approvals"
      count={`${given} of ${needed}`}
      actions={<Status of="approval" value={status} isBadge />}
      footer={isOpen ? <Say own={own} vain={vainOf(approvals)} onSay={onSay} command={command} /> : <p className={styles.refusal}>{refusal}</p>}
    >
      {detail && <p className={styles.detail}>{detail}</p>}
      <ul className={styles.rows} aria-label="Rules">
        {rules.map((rule) => (
          <li key={rule.rule}>
            {rule.given >= rule.needed ? <Icon name="ok" tone="success" label="Met" /> : <Icon name="waiting" tone="accent" label="Not met" />}
            <span className={styles.name}>{rule.name}</span>
            <span className={styles.end}>
              {rule.given} of {rule.needed}
            </span>
          </li>
        ))}
      </ul>
      {votes.length > 0 && (
        <ul className={styles.rows} aria-label="Who said what">
          {votes.map((vote) => (
            <Vote key={vote.user} vote={vote} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Vote({ vote }: { vote: Schema<'ApprovalVote'> }) {
  const isYes = vote.verdict === 'approve'
  return (
    <li data-off={vote.counts ? undefined : true}>
      <Icon name={isYes ? 'ok' : 'failed'} tone={vote.counts ? (isYes ? 'success' : 'danger') : 'neutral'} label={isYes ? 'Approved' : 'Rejected'} />
      <Who name={vote.name} />
      <span className={styles.comment}>
        {vote.comment && `“${vote.comment}”`}
        {!vote.counts && <span className={styles.quiet}> may not approve any more, so this does not count</span>}
      </span>
      <span className={styles.end}>
        <Time at={vote['created-at']} form="short" />
      </span>
    </li>
  )
}

/** Why who looks need not say yes: null where it counts. A no counts always. */
function vainOf({ 'may-approve': mayApprove, refusal }: Schema<'Approvals'>): string | null {
  return mayApprove ? null : (refusal ?? 'Your approval counts for none of the rules.')
}

interface SayProps {
  own: Schema<'ApprovalVote'> | undefined
  vain: string | null
  onSay: ApprovalsPanelProps['onSay']
  command: string
}

function Say({ own, vain, onSay, command }: SayProps) {
  const [comment, setComment] = useState('')
  const [busy, setBusy] = useState<Said | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const say = async (said: Said) => {
    // One after the other: what was said last counts.
    if (busy) return
    setBusy(said)
    setError(null)
    try {
      await onSay(said, comment.trim())
      // What was typed meanwhile is of the next thing to be said.
      setComment((now) => (now.trim() === comment.trim() ? '' : now))
    } catch (thrown) {
      setError(toApiError(thrown))
    }
    setBusy(null)
  }
  return (
    <div className={styles.say}>
      {error && (
        <p className={styles.risk} role="alert">
          <Icon name="failed" size={14} /> {error.message}
        </p>
      )}
      <div className={styles.buttons}>
        <div className={styles.input}>
          <TextInput label="Why, for the others" isLabelHidden placeholder="Comment (optional)" value={comment} onChange={setComment} />
        </div>
        {own && (
          <Button isBusy={busy === 'withdraw'} onClick={() => void say('withdraw')}>
            Withdraw my {own.verdict === 'approve' ? 'approval' : 'rejection'}
          </Button>
        )}
        {own?.verdict !== 'reject' && (
          <Button isBusy={busy === 'reject'} onClick={() => void say('reject')}>
            Reject
          </Button>
        )}
        {own?.verdict !== 'approve' && (
          <Button look="primary" isBusy={busy === 'approve'} disabledReason={vain} onClick={() => void say('approve')}>
            Approve
          </Button>
        )}
      </div>
      <Command text={command} />
    </div>
  )
}
