// What the pages of variable sets read.
import { useQuery } from '@tanstack/react-query'
import { get, type ResourceOf } from '@/api/query'

export type VariableSetRow = ResourceOf<'VariableSet'>

export const variableSet = (variable_set: string) => get('/api/v2/varsets/{variable_set}', { params: { path: { variable_set } } })

export const projects = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

export const workspaces = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization }, query: { 'page[size]': 50, sort: 'name', ...(search !== '' && { 'search[name]': search }) } },
  })

/** Ids at the other side of a relationship with many. */
export function relatedMany(set: VariableSetRow, name: string): readonly string[] {
  const linkage = set.relationships?.[name]?.data
  return Array.isArray(linkage) ? linkage.map(({ id }) => id) : []
}

/** Why variable sets cannot be changed by the caller; null when they can. The sets do not say it themselves. */
export function useCannotWrite(organization: string): string | null {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/access-explanations', {
      params: { path: { organization }, query: { permission: 'variable-set.write' } },
    }),
  )
  const isAllowed = data?.data[0]?.attributes['is-allowed'] ?? true
  return isAllowed ? null : 'Changing variable sets needs variable-set.write. Ask who administers the organization.'
}

/** Where a set applies, in a few words. */
export function reach(set: VariableSetRow): string {
  const { global, tags } = set.attributes
  if (global) return 'every workspace'
  const parts = [
    many(relatedMany(set, 'projects').length, 'project'),
    many(relatedMany(set, 'workspaces').length, 'workspace'),
    many(tags.length, 'tag'),
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'nowhere yet' : parts.join(', ')
}

const many = (count: number, what: string) => (count === 0 ? null : `${count} ${what}${count === 1 ? '' : 's'}`)
