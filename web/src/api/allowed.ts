// What the caller may do in an organization, for buttons that say why they cannot be used.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get } from './query'

/** What the caller may do in the whole organization; what he may do in a project or workspace only is not in it. */
export interface Allowed {
  readonly may: (permission: string) => boolean
  /** Null when he may; otherwise what is missing and who can help. */
  readonly refusal: (permission: string) => string | null
}

/** Suspends until it is known. Asked for once; events of roles make it stale. */
export function useAllowed(organization: string): Allowed {
  const { data } = useSuspenseQuery(
    get('/api/v2/organizations/{organization}/access-explanations', { params: { path: { organization } } }),
  )
  const held = new Set(data.data.filter(({ attributes }) => attributes['is-allowed']).map(({ attributes }) => attributes.permission))
  const may = (permission: string) => held.has(permission)
  return {
    may,
    refusal: (permission) =>
      may(permission) ? null : `You need the permission ${permission} for this. Ask an administrator of ${organization}.`,
  }
}
