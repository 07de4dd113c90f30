// Who looks, for the navigation and the palette.
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { get } from '@/api/query'
import type { Caller } from '@/lib/feature'
import { lastOrganization } from '@/lib/last-organization'

/** The organization in the address, or null. */
export function useOpenOrganization(): string | null {
  const { organization } = useParams({ strict: false }) as { organization?: string }
  return organization ?? null
}

/** The organization that the navigation is about: the open one, the one before, or the first; empty for none. */
export function useCurrentOrganization(): string {
  const open = useOpenOrganization()
  const known = open ?? lastOrganization()
  const own = useQuery({ ...ownOrganizations(), enabled: known === null }).data?.data[0]?.attributes.name
  return known ?? own ?? ''
}

/** Organizations to choose from. */
export const ownOrganizations = () => get('/api/v2/organizations', { params: { query: { 'page[size]': 100 } } })

/** The caller, once known. */
export function useCaller(): Caller | null {
  const name = useOpenOrganization()
  const user = useQuery(get('/api/v2/account/details')).data
  const organization = useQuery({
    ...get('/api/v2/organizations/{organization}', { params: { path: { organization: name ?? '' } } }),
    enabled: name !== null,
  }).data
  return user ? { user: user.data, organization: organization?.data ?? null } : null
}
