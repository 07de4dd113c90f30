// What the list of roles has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface RolesSearch {
  /** The page for a new one begins with the permissions of this role, by id. */
  readonly from: string | undefined
}

export const parseNewRole: ParseSearch<RolesSearch> = (raw) => ({ from: parameter.text(raw['from']) })

interface AccessSearch {
  /** Who, by id; the caller without it. */
  readonly subject: string | undefined
  /** Where: id of a project or workspace; the organization without it. */
  readonly scope: string | undefined
  readonly place: 'project' | 'workspace' | undefined
  /** The permission that is explained. */
  readonly permission: string | undefined
  /** Only what is allowed. */
  readonly allowed: true | undefined
}

export const parseAccess: ParseSearch<AccessSearch> = (raw) => ({
  subject: parameter.text(raw['subject']),
  scope: parameter.text(raw['scope']),
  place: parameter.oneOf(raw['place'], ['project', 'workspace'] as const),
  permission: parameter.text(raw['permission']),
  allowed: parameter.flag(raw['allowed']),
})
