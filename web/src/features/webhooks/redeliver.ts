// Has a delivery handled once more.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, stale } from '@/api/query'
import { toast } from '@/ui/toast'

export function useRedeliver() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (delivery: string) => call('post', '/api/v2/deliveries/{delivery}/actions/redeliver', { params: { path: { delivery } } }),
    onSuccess: async () => {
      toast({ text: 'It is handled again.' })
      await Promise.all(
        [stale('/api/v2/deliveries/{delivery}'), stale('/api/v2/repositories/{repository}/deliveries')].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      )
    },
  })
}

/** Why it cannot be handled again just now. */
export function notAgain(refusal: string | null, state: string): string | null {
  return refusal ?? (state === 'received' ? 'It is not handled yet.' : null)
}

/** How long a delivery that waits is left alone: no event tells when one was handled that changed nothing. */
export const HANDLED_SOON_MS = 1_000
