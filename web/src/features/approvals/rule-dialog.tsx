// A new approval rule, and one that is there: what it says, changing it, deleting it.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Stack } from '@/ui/layout'
import { Skeleton } from '@/ui/skeleton'
import { oneRule, projectIn, type Rule, useRefusal } from './queries'
import { RuleForm } from './rule-form'
import { type Names, quoted } from './words'

interface NewRuleDialogProps {
  organization: string
  /** Of the page that it was opened on; empty for the whole organization. */
  project: string
  names: Names
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function NewRuleDialog({ organization, project, names, onClose, onDone }: NewRuleDialogProps) {
  return (
    <Dialog isOpen onClose={onClose} title="New approval rule" size="md">
      <RuleForm organization={organization} rule={null} project={project} names={names} onClose={onClose} onDone={onDone} />
    </Dialog>
  )
}

interface RuleDialogProps {
  organization: string
  /** Its id. */
  rule: string
  names: Names
  onClose: () => void
  onDone: () => Promise<unknown>
}

/** Mounted while it is open. */
export function RuleDialog({ organization, rule, names, onClose, onDone }: RuleDialogProps) {
  // While it is being deleted it is not read again: the event of that may come before the answer.
  const [isGoing, setGoing] = useState(false)
  const { data, error, refetch } = useQuery({ ...oneRule(rule), enabled: !isGoing })
  const [isRemoving, setRemoving] = useState(false)
  const shown = data?.data as Rule | undefined
  const refusal = useRefusal(organization, shown ? projectIn(shown) : '')
  const remove = async () => {
    setGoing(true)
    try {
      await call('delete', '/api/v2/approval-rules/{approval_rule}', { params: { path: { approval_rule: rule } } })
    } catch (refused) {
      setGoing(false)
      throw refused
    }
    onClose()
    await onDone()
  }
  if (shown && isRemoving) return <DeleteRule rule={shown} onKeep={() => setRemoving(false)} onRemove={remove} />
  return (
    <Dialog isOpen onClose={onClose} title={shown ? `Approval rule ${shown.attributes.name}` : 'Approval rule'} size="md">
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && !shown && <Skeleton height={320} />}
      {shown && (
        <RuleForm
          organization={organization}
          rule={shown}
          etag={data?.etag}
          project=""
          names={names}
          disabledReason={refusal}
          beside={
            <Button icon="trash" disabledReason={refusal} onClick={() => setRemoving(true)}>
              Delete…
            </Button>
          }
          onClose={onClose}
          onDone={onDone}
        />
      )}
    </Dialog>
  )
}

interface DeleteRuleProps {
  rule: Rule
  onKeep: () => void
  onRemove: () => Promise<void>
}

function DeleteRule({ rule, onKeep, onRemove }: DeleteRuleProps) {
  const { name } = rule.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onKeep}
      title={`Delete the approval rule ${name}?`}
      verb="Delete rule"
      isDanger
      onConfirm={onRemove}
    >
      <Stack gap={3}>
        <p>What waits for this rule alone can be confirmed at once. What was approved stays as it is.</p>
        <Command text={`slipway approval-rule delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
