// What the caller may do in an organization, for buttons that say why they cannot be used.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { ApiError } from './errors'
import { get } from './query'

/** What the caller may do in the whole organization; what he may do in a project or workspace only is not in it. */
export interface Allowed {
  readonly may: (permission: string) => boolean
  /** Null when he may; otherwise what is missing and who can help. */
  readonly refusal: (permission: string) => string | null
  /** For a page that is nothing without it: throws, and the page says that it is not for the caller. */
  readonly demand: (permission: string) => void
}

/** Suspends until it is known. Asked for once; events of roles make it stale. */
export function useAllowed(organization: string): Allowed {
  const { data } = useSuspenseQuery(
    get('/api/v2/organizations/{organization}/access-explanations', { params: { path: { organization } } }),
  )
  const held = new Set(data.data.filter(({ attributes }) => attributes['is-allowed']).map(({ attributes }) => attributes.permission))
  const may = (permission: string) => held.has(permission)
  const refusal = (permission: string) =>
    may(permission) ? null : `You need the permission ${permission} for this. Ask an administrator of ${organization}.`
  const demand = (permission: string) => {
    const missing = refusal(permission)
    if (missing) throw new ApiError(403, 'forbidden', 'Not allowed', missing)
  }
  return { may, refusal, demand }
}

/** Why the caller may not do it in that project, or in the organization without one; null when he may, and until it is known. */
export function useRefusal(organization: string, project: string, permission: string): string | null {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/access-explanations', {
      params: { path: { organization }, query: { permission, ...(project && { scope: project }) } },
    }),
  )
  const isAllowed = data?.data[0]?.attributes['is-allowed'] ?? true
  const where = project ? 'its project' : organization
  return isAllowed ? null : `This needs ${permission} in ${where}, which none of your roles gives. Ask who administers it.`
}
