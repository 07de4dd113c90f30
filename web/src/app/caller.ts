// Who looks, for the navigation and the palette.
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { get } from '@/api/query'
import type { Caller } from '@/lib/feature'

/** The organization in the address, or null. */
export function useOpenOrganization(): string | null {
  const { organization } = useParams({ strict: false }) as { organization?: string }
  return organization ?? null
}

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
