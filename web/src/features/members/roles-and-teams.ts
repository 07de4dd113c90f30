// What the list of members shows beside them: memberships themselves have only the ids of teams, and no roles.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'

export interface RolesAndTeams {
  /** Roles that can be given here. */
  readonly roles: readonly { readonly name: string; readonly description: string }[]
  readonly teams: readonly { readonly id: string; readonly name: string }[]
  /** Roles held directly in the whole organization, by the id of the holder. */
  readonly held: ReadonlyMap<string, readonly string[]>
}

/** Up to a hundred of each; empty while they are on their way or where the caller may not see them. */
export function useRolesAndTeams(organization: string): RolesAndTeams {
  const path = { organization }
  const all = { path, query: { 'page[size]': 100 } }
  const roles = useQuery(get('/api/v2/organizations/{organization}/roles', { params: all })).data?.data ?? []
  const teams = useQuery(get('/api/v2/organizations/{organization}/teams', { params: all })).data?.data ?? []
  const assignments =
    useQuery(
      get('/api/v2/organizations/{organization}/role-assignments', {
        params: { path, query: { 'page[size]': 100, 'filter[scope]': organization } },
      }),
    ).data?.data ?? []
  const held = new Map<string, readonly string[]>()
  for (const { attributes } of assignments) held.set(attributes.subject, [...(held.get(attributes.subject) ?? []), attributes.role])
  return {
    roles: roles.map(({ attributes }) => ({ name: attributes.name, description: attributes.description })),
    teams: teams.map(({ id, attributes }) => ({ id, name: attributes.name })),
    held,
  }
}
