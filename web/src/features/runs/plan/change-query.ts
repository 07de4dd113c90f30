// One change of a plan, as a query.
import { queryOptions } from '@tanstack/react-query'
import { send } from '@/api/client'
import { errorFrom } from '@/api/errors'
import type { PlanChange } from './wire'

/** The attributes of change `number`; they never change. */
export const planChange = (plan: string, number: number) =>
  queryOptions({
    queryKey: ['plan-change', plan, number] as const,
    queryFn: async ({ signal }): Promise<PlanChange> => {
      const address = `/api/v2/plans/${encodeURIComponent(plan)}/changes/${number}`
      const response = await send(new Request(new URL(address, window.location.origin), { signal, headers: { accept: 'application/json' } }))
      if (!response.ok) throw await errorFrom(response)
      return (await response.json()) as PlanChange
    },
    staleTime: Infinity,
    gcTime: 5 * 60_000,
  })
