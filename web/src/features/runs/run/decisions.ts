// What can be decided about a run, by whom, and why not. Pure.
import { isFinal, isForPerson, type Run, type RunDetail, type Workspace } from './queries'

export type Decision = 'apply' | 'discard' | 'cancel' | 'force-cancel'

/** Why the caller cannot do it, and who can; null when it can be done. */
export function refusalOf(decision: Decision, { run }: RunDetail, workspace: Workspace | undefined): string | null {
  const { actions, permissions } = run.attributes
  switch (decision) {
    case 'apply':
      if (!actions['is-confirmable']) return past(run, 'confirmed')
      if (!permissions['can-apply']) return notAllowed('confirm', 'workspace.run.apply')
      if (run.attributes['is-destroy'] && workspace && !workspace.attributes.permissions['can-queue-destroy'])
        return notAllowed('confirm destroy', 'workspace.run.destroy')
      return null
    case 'discard':
      if (!actions['is-discardable']) return past(run, 'discarded')
      return permissions['can-discard'] ? null : notAllowed('discard', 'workspace.run.apply')
    case 'cancel':
      if (!actions['is-cancelable']) return isForPerson(run.attributes.status) ? 'It waits for a person: discard it instead.' : past(run, 'canceled')
      return permissions['can-cancel'] ? null : notAllowed('cancel', 'workspace.run.cancel')
    case 'force-cancel':
      if (!actions['is-force-cancelable']) return 'Cancel it first; ten seconds later it can be forced if the engine has not ended by then.'
      return permissions['can-force-cancel'] ? null : notAllowed('force-cancel', 'workspace.run.force-cancel')
  }
}

/** Why the caller cannot start runs there; null when that is possible. */
export function refusalToStart(workspace: Workspace | undefined): string | null {
  if (!workspace || workspace.attributes.permissions['can-queue-run']) return null
  return notAllowed('start', 'workspace.run.plan')
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
