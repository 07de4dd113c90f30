// Asks once more before something is destroyed or stopped.
import type { ReactNode } from 'react'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import type { Decision } from './decisions'
import { deletionsOf } from './phases'
import type { RunDetail } from './queries'

interface DecisionDialogProps {
  decision: Decision | null
  onClose: () => void
  detail: RunDetail
  workspace: string
  /** Written in the bar already: not asked for again. */
  comment: string
  onDecide: (decision: Decision, comment: string) => Promise<unknown>
}

export function DecisionDialog({ decision, onClose, detail, workspace, comment, onDecide }: DecisionDialogProps) {
  const question = decision && questionOf(decision, detail, workspace)
  return (
    <ConfirmDialog
      isOpen={decision !== null}
      onClose={onClose}
      title={question?.title ?? ''}
      verb={question?.verb ?? ''}
      isDanger={question?.isDanger ?? false}
      {...(question?.nameToType && { nameToType: question.nameToType })}
      {...(comment === '' && { comment: { label: 'Comment', placeholder: 'Why, for those who look later' } })}
      onConfirm={async (words) => decision && onDecide(decision, words || comment)}
    >
      {question?.text}
    </ConfirmDialog>
  )
}

interface Question {
  readonly title: string
  readonly verb: string
  readonly text: ReactNode
  readonly isDanger?: boolean
  readonly nameToType?: string
}

function questionOf(decision: Decision, detail: RunDetail, workspace: string): Question {
  const isApplying = detail.run.attributes.status === 'applying'
  switch (decision) {
    case 'apply':
      return {
        title: `Apply this plan to ${workspace}?`,
        verb: 'Confirm and apply',
        text: `The plan has ${deletionsOf(detail.plan) ?? 'changes'}. What is destroyed does not come back; applying does exactly what the plan shows.`,
        isDanger: true,
        nameToType: workspace,
      }
    case 'discard':
      return { title: 'Discard this plan?', verb: 'Discard', text: 'Nothing is changed, and the workspace is free for the next run.' }
    case 'cancel':
      return {
        title: isApplying ? 'Stop applying?' : 'Cancel this run?',
        verb: 'Cancel run',
        text: isApplying
          ? 'The engine ends what it has begun and saves the state. What was applied so far stays.'
          : 'Nothing was changed yet, and nothing will be.',
        isDanger: isApplying,
      }
    case 'force-cancel':
      return {
        title: 'Stop without waiting for the engine?',
        verb: 'Force-cancel run',
        text: isApplying
          ? 'Changes that are under way may be lost to the state. Afterwards this page lists what may exist although no state has it.'
          : 'The engine is ended at once. Nothing was changed yet.',
        isDanger: true,
        ...(isApplying && { nameToType: workspace }),
      }
  }
}
