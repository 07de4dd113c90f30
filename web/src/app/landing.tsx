// `/app`: on to the organization that was used last, or to the only one, or the list of all.
import type { QueryClient } from '@tanstack/react-query'
import { lazyRouteComponent, redirect } from '@tanstack/react-router'
import { lastOrganization } from '@/lib/last-organization'
import { ownOrganizations } from './caller'

/** The route's options. */
export function landing(queries: QueryClient) {
  return {
    loader: async () => {
      const { data } = await queries.ensureQueryData(ownOrganizations())
      const names = data.map((organization) => organization.attributes.name)
      const last = lastOrganization()
      const next = names.find((name) => name === last) ?? names[0]
      if (next !== undefined) throw redirect({ to: '/app/$organization', params: { organization: next }, replace: true } as never)
    },
    component: lazyRouteComponent(() => import('./no-organization')),
  }
}
