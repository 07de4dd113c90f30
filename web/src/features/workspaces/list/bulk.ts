// One action on several workspaces: each is asked for by itself, and what failed is said with its reason.
import { ApiError, toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { isHeldByRun } from '../lock'
import type { WorkspaceRow } from '../queries'

const AT_ONCE = 4

/** Does `act` with each; throws one error that names those that failed. `onDone` hears of each success. */
export async function forEach(
  rows: readonly WorkspaceRow[],
  act: (row: WorkspaceRow) => Promise<unknown>,
  onDone: (row: WorkspaceRow) => void,
): Promise<void> {
  const waiting = [...rows]
  const failures: { name: string; error: ApiError }[] = []
  const worker = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      try {
        await act(row)
        onDone(row)
      } catch (thrown) {
        failures.push({ name: row.attributes.name, error: toApiError(thrown) })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const [first] = failures
  if (!first) return
  const others = failures.length > 1 ? ` The same or another reason for ${counted(failures.length - 1, 'more')}.` : ''
  const title = `${failures.length} of ${rows.length} failed`
  throw new ApiError(first.error.status, first.error.code, title, `${first.name}: ${first.error.message}${others}`)
}

/** Why an action cannot be done with all of them; the first that stands in the way is named. */
export function reasonFor(rows: readonly WorkspaceRow[], obstacle: (row: WorkspaceRow) => string | null): string | null {
  const stopped = rows.map(obstacle).filter((reason) => reason !== null)
  const [first] = stopped
  if (first === undefined) return null
  return stopped.length > 1 ? `${first} ${counted(stopped.length - 1, 'other')} cannot either.` : first
}

export const obstacles = {
  run: ({ attributes }: WorkspaceRow) =>
    attributes.permissions['can-queue-run'] ? null : `You may not start runs of ${attributes.name}: that needs workspace.run.plan.`,
  lock: (row: WorkspaceRow) => {
    const { attributes } = row
    if (isHeldByRun(row)) return `A run of ${attributes.name} is under way and holds its lock.`
    if (attributes.locked) return `${attributes.name} is locked already, by ${attributes['locked-by'] ?? 'somebody'}.`
    return attributes.permissions['can-lock'] ? null : `You may not lock ${attributes.name}: that needs workspace.lock.`
  },
  unlock: ({ attributes }: WorkspaceRow) => {
    if (!attributes.locked) return `${attributes.name} is not locked.`
    return attributes.permissions['can-lock'] ? null : `You may not unlock ${attributes.name}: that needs workspace.lock.`
  },
  move: ({ attributes }: WorkspaceRow) =>
    attributes.permissions['can-update'] ? null : `You may not move ${attributes.name}: that needs workspace.update.`,
  delete: ({ attributes }: WorkspaceRow) => {
    const resources = attributes['resource-count']
    if (!attributes.permissions['can-destroy']) return `You may not delete ${attributes.name}: that needs workspace.delete.`
    if (resources === 0) return null
    return `${attributes.name} still has ${counted(resources, 'resource')}. Destroy ${resources === 1 ? 'it' : 'them'} first, then delete the workspace.`
  },
}
