// Sends decisions about a run, and reads it again.
import { useQueryClient } from '@tanstack/react-query'
import { call, stale } from '@/api/query'
import type { Decision } from './decisions'

/** Sends one decision with a comment; rejects with an `ApiError`. */
export function useDecide(run: string) {
  const queries = useQueryClient()
  return async (decision: Decision, comment: string) => {
    const init = { params: { path: { run } }, body: { comment } }
    try {
      if (decision === 'apply') await call('post', '/api/v2/runs/{run}/actions/apply', init)
      else if (decision === 'discard') await call('post', '/api/v2/runs/{run}/actions/discard', init)
      else if (decision === 'cancel') await call('post', '/api/v2/runs/{run}/actions/cancel', init)
      else await call('post', '/api/v2/runs/{run}/actions/force-cancel', init)
    } finally {
      // Also after a refusal: somebody else was faster.
      await Promise.all([
        queries.invalidateQueries({ queryKey: stale('/api/v2/runs/{run}', { run }) }),
        queries.invalidateQueries({ queryKey: stale('/api/v2/runs/{run}/comments', { run }) }),
      ])
    }
  }
}
