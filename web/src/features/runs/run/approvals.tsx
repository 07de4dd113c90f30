// Whose yes the run still needs, and saying it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, get, stale } from '@/api/query'
import { ApprovalsPanel, type Said } from '@/ui/approvals'
import { approvalRefusal } from './decisions'
import type { RunDetail } from './queries'

/** Nothing where no rule counts. */
export function Approvals({ detail }: { detail: RunDetail }) {
  const queries = useQueryClient()
  const { run } = detail
  const { approvals } = run.attributes
  const me = useQuery({ ...get('/api/v2/account/details'), enabled: Boolean(approvals) }).data?.data.id
  if (!approvals) return null
  const say = async (said: Said, comment: string) => {
    const init = { params: { path: { run: run.id } }, body: { comment } }
    try {
      if (said === 'approve') await call('post', '/api/v2/runs/{run}/actions/approve', init)
      else if (said === 'reject') await call('post', '/api/v2/runs/{run}/actions/reject', init)
      else await call('post', '/api/v2/runs/{run}/actions/withdraw-approval', init)
    } finally {
      // Also after a refusal: somebody else was faster.
      await queries.invalidateQueries({ queryKey: stale('/api/v2/runs/{run}', { run: run.id }) })
    }
  }
  return (
    <ApprovalsPanel approvals={approvals} me={me} refusal={approvalRefusal(detail)} onSay={say} command={`slipway run approve ${run.id}`} />
  )
}
