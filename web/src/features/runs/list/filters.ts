// How lists of runs can be narrowed.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { call, get } from '@/api/query'
import type { Filter } from '@/ui/filter-bar'
import { GROUPS } from './search'

export const STATUS_FILTER: Filter = {
  name: 'status',
  title: 'Status',
  isMany: true,
  options: Object.entries(GROUPS).map(([value, { text }]) => ({ value, text })),
}

/** The filters of a list; that of workspaces only where there are several. */
export function useRunFilters(organization: string, hasWorkspace: boolean): readonly Filter[] {
  const me = useQuery(get('/api/v2/account/details')).data?.data
  const seesMembers = useAllowed(organization).may('organization.access.read')
  const members = useQuery({
    ...get('/api/v2/organizations/{organization}/organization-memberships', {
      params: { path: { organization }, query: { 'filter[status]': 'active', 'page[size]': 100 } },
    }),
    // Who may not see the members may still ask for what is their own.
    enabled: seesMembers,
    staleTime: 5 * 60_000,
  }).data?.data
  const others = (members ?? []).flatMap((membership) => {
    const user = membership.relationships?.['user']?.data
    const id = user && !Array.isArray(user) ? user.id : null
    const name = membership.attributes.username ?? membership.attributes.email
    return id && id !== me?.id && name ? [{ value: id, text: name }] : []
  })
  const who: Filter = {
    name: 'by',
    title: 'Who',
    options: [...(me ? [{ value: me.id, text: `${me.attributes.username} (me)` }] : []), ...others],
  }
  return hasWorkspace ? [STATUS_FILTER, workspaceFilter(organization), who] : [STATUS_FILTER, who]
}

function workspaceFilter(organization: string): Filter {
  return {
    name: 'workspace',
    title: 'Workspace',
    isMono: true,
    placeholder: 'Find a workspace',
    find: async (typed) => {
      const query = { 'search[name]': typed || undefined, 'page[size]': 20 }
      const { data } = await call('get', '/api/v2/organizations/{organization}/workspaces', { params: { path: { organization }, query } })
      return data.map(({ attributes: { name } }) => ({ value: name, text: name }))
    },
  }
}
