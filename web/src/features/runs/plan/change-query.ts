// One change of a plan, as a query.
import { get } from '@/api/query'

/** The attributes of change `number`; they never change. */
export const planChange = (plan: string, number: number) => ({
  ...get('/api/v2/plans/{plan}/changes/{number}', { params: { path: { plan, number } } }),
  staleTime: Infinity,
})
