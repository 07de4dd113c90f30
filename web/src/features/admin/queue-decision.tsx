// Having work tried again, or dropping it, with what comes of it.
import { useQueryClient } from '@tanstack/react-query'
import { call, stale } from '@/api/query'
import { Alert } from '@/ui/alert'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { counted } from '@/lib/numbers'
import { titleOf, whenDropped, whenRetried, type WorkItem } from './queue-words'

export type Decision = 'retry' | 'drop'

interface QueueDecisionProps {
  item: WorkItem
  decision: Decision
  onClose: () => void
}

/** Mounted while it is open. */
export function QueueDecision({ item, decision, onClose }: QueueDecisionProps) {
  const queries = useQueryClient()
  const title = titleOf(item)
  const isDrop = decision === 'drop'
  const decide = async () => {
    const params = { path: { work_item: item.id } }
    try {
      if (isDrop) await call('post', '/api/v2/admin/work-items/{work_item}/actions/drop', { params })
      else await call('post', '/api/v2/admin/work-items/{work_item}/actions/retry', { params })
      toast({ text: isDrop ? `Dropped: ${title}.` : `Queued again: ${title}.` })
    } finally {
      // Refused, it is another item than the one that is shown.
      void queries.invalidateQueries({ queryKey: stale('/api/v2/admin/work-items') })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/admin/status') })
    }
  }
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={isDrop ? `Drop “${title}”?` : `Try “${title}” again?`}
      verb={isDrop ? 'Drop it' : 'Try again'}
      isDanger={isDrop}
      onConfirm={decide}
    >
      <Stack gap={3}>
        <p>{isDrop ? `It is never tried again, and cannot be brought back. ${whenDropped(item)}` : consequenceOfRetry(item)}</p>
        {item.attributes['last-error'] && (
          <Alert tone="neutral" icon="failed" title="Why it failed last">
            {item.attributes['last-error']}
          </Alert>
        )}
      </Stack>
    </ConfirmDialog>
  )
}

function consequenceOfRetry(item: WorkItem): string {
  const attempts = counted(item.attributes['max-attempts'], 'attempt')
  const again = `It is queued at once, with ${attempts} from the beginning. While the cause is still there it ends here again.`
  return [again, whenRetried(item)].filter(Boolean).join(' ')
}
