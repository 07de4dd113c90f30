// What the page of domains reads.
import { useQueryClient } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'
import { useRefreshApps } from '../queries'

export type Domain = ResourceOf<'AppDomain'>
export type Certificate = ResourceOf<'AppCertificate'>
export type Routing = ResourceOf<'AppRouting'>

/** Says also who may change what the router takes. */
export const UPDATE = 'app.update.routing'

/** Whether a name leads here, and how an authority is satisfied, is no event. */
const LOOKED_MS = 10_000

const all = (app: string) => ({ params: { path: { app }, query: { 'page[size]': 100 } } })

export const domainsOf = (app: string) => ({ ...get('/api/v2/apps/{app}/domains', all(app)), refetchInterval: LOOKED_MS })

export const certificatesOf = (app: string) => get('/api/v2/apps/{app}/certificates', all(app))

export const routingOf = (app: string) => get('/api/v2/apps/{app}/routing', { params: { path: { app } } })

/** Reads where an app answers again. */
export function useRefreshDomains() {
  const queries = useQueryClient()
  const refresh = useRefreshApps()
  const mine = [stale('/api/v2/apps/{app}/domains'), stale('/api/v2/apps/{app}/certificates'), stale('/api/v2/apps/{app}/routing')]
  return () => Promise.all([...mine.map((queryKey) => queries.invalidateQueries({ queryKey })), refresh()])
}
