// Going back to an earlier state: what it means is said first, with numbers, and confirmed with the workspace's name.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type ResourceOf, stale } from '@/api/query'
import { counted } from '@/lib/numbers'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toast'
import { resourcesOf, tally } from './changes'
import { difference, type StateRow } from './queries'
import styles from './states.module.css'

interface RollbackDialogProps {
  workspace: ResourceOf<'Workspace'>
  /** The current version's id. */
  current: string | null
  /** Where to go back to; null while nobody asked. */
  state: StateRow | null
  onClose: () => void
}

export function RollbackDialog({ workspace, current, state, onClose }: RollbackDialogProps) {
  const queries = useQueryClient()
  const { name } = workspace.attributes
  const serial = state?.attributes.serial ?? 0
  const rollback = async () => {
    if (!state) return
    await call('post', '/api/v2/workspaces/{workspace}/state-versions/{state_version}/rollback', {
      params: { path: { workspace: workspace.id, state_version: state.id } },
    })
    const shown = [
      stale('/api/v2/workspaces/{workspace}/state-versions'),
      stale('/api/v2/workspaces/{workspace}/current-state-version'),
      stale('/api/v2/workspaces/{workspace}/current-state-version-outputs'),
      stale('/api/v2/organizations/{organization}/workspaces/{workspace}'),
      stale('/api/v2/workspaces/{workspace}'),
    ]
    await Promise.all(shown.map((queryKey) => queries.invalidateQueries({ queryKey })))
    toast({ text: `The content of version ${serial} is current again. Plan next, to see what differs from reality.` })
  }
  return (
    <ConfirmDialog
      isOpen={state !== null}
      onClose={onClose}
      title={`Go back to version ${serial}?`}
      verb="Go back"
      isDanger
      nameToType={name}
      onConfirm={rollback}
    >
      <Stack gap={3}>
        <p>A new version with the content of version {serial} becomes the current one; nothing of the history is lost.</p>
        <p>
          <b className={styles.strong}>Only the record changes, not the resources themselves.</b> The next plan compares this older
          record with reality and may want to make again what exists, or leave alone what it forgets.
        </p>
        {state && current && <Consequences from={current} to={state.id} />}
        <Command text={`slipway state rollback ${serial} --workspace ${name}`} />
      </Stack>
    </ConfirmDialog>
  )
}

/** What the record would forget, and what it would believe again. */
function Consequences({ from, to }: { from: string; to: string }) {
  const { data, isError } = useQuery(difference(to, from))
  if (isError) return <p>What differs cannot be said: one of the two states is encrypted or not there.</p>
  if (!data) return <Skeleton height={40} />
  const numbers = tally(resourcesOf(data.data.attributes.changes))
  const lines = [
    numbers.removed > 0 && `It forgets ${counted(numbers.removed, 'resource')} that the current state knows: they go on existing, and nothing manages them.`,
    numbers.added > 0 && `It knows ${counted(numbers.added, 'resource')} again that the current state does not: the next plan finds out whether they still exist.`,
    numbers.changed > 0 && `It has older attributes of ${counted(numbers.changed, 'resource')}.`,
  ].filter((line) => line !== false)
  if (lines.length === 0) return <p>Both hold the same resources with the same attributes.</p>
  return (
    <ul className={styles.consequences}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
