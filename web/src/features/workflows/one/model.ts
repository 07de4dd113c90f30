// The steps of a workflow as a graph; pure.
import { addresses } from '@/lib/addresses'
import type { GraphLine, GraphNode } from '@/ui/graph'
import { statusLook } from '@/ui/status-list'
import type { Step } from '../queries'

/** A picture with more is for nobody. */
export const MOST_DRAWN = 150

/** What is done first stands left. */
export function graphOf(organization: string, steps: readonly Step[], here = ''): { nodes: readonly GraphNode[]; lines: readonly GraphLine[] } {
  const names = namesOf(steps)
  const nodes = steps.map((step): GraphNode => {
    const { word, icon, tone, isCalm } = statusLook('workflowStep', step.status)
    return {
      id: step['resource-id'],
      title: step.name,
      detail: word,
      icon,
      ...(!isCalm && { tone }),
      to: stepAddress(organization, step, here),
      isOff: step.status === 'skipped',
      says: [`${word}.`, step.after.length > 0 ? `After ${waitsFor(step, names)}.` : '', step.detail ?? ''].filter(Boolean).join(' '),
    }
  })
  const lines = steps.flatMap((step) => step.after.filter((id) => names.has(id)).map((from) => ({ from, to: step['resource-id'], isDashed: step.status === 'pending' || step.status === 'skipped' })))
  return { nodes, lines }
}

/** Its change where there is one, otherwise its resource; nowhere else while that is not made yet. */
export function stepAddress(organization: string, step: Step, here: string): string {
  if (isToBeMade(step)) return here
  return addresses.resource(organization, step['resource-id'], step['change-id'] ? 'changes' : undefined)
}

/** Its resource is none before its change was asked for. */
export function isToBeMade(step: Step): boolean {
  return Boolean(step.part) && !step['change-id']
}

export function namesOf(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(steps.map((step) => [step['resource-id'], step.name]))
}

/** By name, as far as they are steps. */
export function waitsFor(step: Step, names: ReadonlyMap<string, string>): string {
  return step.after.flatMap((id) => names.get(id) ?? []).join(', ')
}
