// What can be decided about a run, by whom, and why not. Pure.
import { isFinal, isForPerson, type Run, type RunDetail, type Workspace } from './queries'

export type Decision = 'apply' | 'discard' | 'cancel' | 'force-cancel'

/** Why the caller cannot do it, and who can; null when it can be done. */
export function refusalOf(decision: Decision, { run }: RunDetail, workspace: Workspace | undefined): string | null {
  const { actions, permissions } = run.attributes
  switch (decision) {
    case 'apply':
      if (isForPerson(run.attributes.status) && workspace?.attributes['managed-by']) return MANAGED
      if (isForPerson(run.attributes.status) && !permissions['can-apply']) return notAllowed('confirm', 'workspace.run.apply')
      if (isForPerson(run.attributes.status) && lacksApproval(run)) return run.attributes.approvals?.detail ?? 'It waits for approval.'
      if (!actions['is-confirmable']) return past(run, 'confirmed')
      if (!permissions['can-apply']) return notAllowed('confirm', 'workspace.run.apply')
      if (run.attributes['is-destroy'] && workspace && !workspace.attributes.permissions['can-queue-destroy'])
        return notAllowed('confirm destroy', 'workspace.run.destroy')
      return null
    case 'discard':
      if (!actions['is-discardable']) return past(run, 'discarded')
      if (workspace?.attributes['managed-by']) return MANAGED
      return permissions['can-discard'] ? null : notAllowed('discard', 'workspace.run.apply')
    case 'cancel':
      if (!actions['is-cancelable']) return isForPerson(run.attributes.status) ? 'It waits for a person: discard it instead.' : past(run, 'canceled')
      return permissions['can-cancel'] ? null : notAllowed('cancel', 'workspace.run.cancel')
    case 'force-cancel':
      if (!actions['is-force-cancelable']) return 'Cancel it first; ten seconds later it can be forced if the engine has not ended by then.'
      return permissions['can-force-cancel'] ? null : notAllowed('force-cancel', 'workspace.run.force-cancel')
  }
}

const MANAGED = 'A resource of the catalog manages this workspace. Decide on its change, at the resource.'

/** Why the caller cannot start runs there; null when that is possible. */
export function refusalToStart(workspace: Workspace | undefined): string | null {
  if (!workspace || workspace.attributes.permissions['can-queue-run']) return null
  return notAllowed('start', 'workspace.run.plan')
}

/** Whether rules want approvals that it does not have, or somebody said no. */
export function lacksApproval(run: Run): boolean {
  const status = run.attributes.approvals?.status
  return status === 'waiting' || status === 'rejected'
}

/** Why the caller can neither approve nor reject it; null when he can. That he asked for it himself the server says. */
export function approvalRefusal({ run }: RunDetail): string | null {
  const { status, permissions } = run.attributes
  if (!isForPerson(status)) {
    const isBefore = run.attributes['status-timestamps']['planned-at'] === undefined
    return isBefore ? 'It can be approved once its plan is made.' : 'It was confirmed: nothing of it waits for approval any more.'
  }
  return permissions['can-approve'] ? null : notAllowed('approve', 'workspace.run.approve')
}

function notAllowed(verb: string, permission: string): string {
  return `You may not ${verb} runs of this workspace. Whoever holds ${permission} there can; its administrators can give it.`
}

function past(run: Run, participle: string): string {
  if (isFinal(run.attributes.status)) return `The run has ended: it cannot be ${participle} any more.`
  return `It cannot be ${participle} yet: it is ${run.attributes.status.replaceAll('_', ' ')}.`
}

/** Whether somebody asked it to stop and its runner has not done so. */
export function isStopping({ run }: RunDetail): boolean {
  const { status } = run.attributes
  const isOnRunner = status === 'planning' || status === 'applying'
  return isOnRunner && !run.attributes.actions['is-cancelable']
}
