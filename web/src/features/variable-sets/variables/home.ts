// Where variables live: on a workspace, or in a variable set. The same things are done with them at both.
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'

export type VariableRow = ResourceOf<'Variable'>

/** A workspace, or a variable set. */
export interface Home {
  readonly kind: 'workspace' | 'set'
  readonly id: string
  readonly name: string
}

const ofWorkspace = (workspace: string) => get('/api/v2/workspaces/{workspace}/vars', { params: { path: { workspace } } })
const ofSet = (variable_set: string) =>
  get('/api/v2/varsets/{variable_set}/relationships/vars', { params: { path: { variable_set } } })

/** All variables at home; the list is not paged. */
export function useVariables({ kind, id }: Home) {
  // Both queries answer with the same document.
  return useQuery(kind === 'workspace' ? ofWorkspace(id) : (ofSet(id) as unknown as ReturnType<typeof ofWorkspace>))
}

/** Adds a variable, or changes `id`. */
export async function saveVariable(home: Home, id: string | null, attributes: Schema<'VariableSettings'>) {
  const body = { data: { type: 'vars', attributes } }
  if (home.kind === 'workspace') {
    const path = { workspace: home.id }
    if (id === null) return call('post', '/api/v2/workspaces/{workspace}/vars', { params: { path }, body })
    return call('patch', '/api/v2/workspaces/{workspace}/vars/{variable}', { params: { path: { ...path, variable: id } }, body })
  }
  const path = { variable_set: home.id }
  if (id === null) return call('post', '/api/v2/varsets/{variable_set}/relationships/vars', { params: { path }, body })
  return call('patch', '/api/v2/varsets/{variable_set}/relationships/vars/{variable}', {
    params: { path: { ...path, variable: id } },
    body,
  })
}

export async function deleteVariable(home: Home, variable: string) {
  if (home.kind === 'workspace') {
    const path = { workspace: home.id, variable }
    return call('delete', '/api/v2/workspaces/{workspace}/vars/{variable}', { params: { path } })
  }
  const path = { variable_set: home.id, variable }
  return call('delete', '/api/v2/varsets/{variable_set}/relationships/vars/{variable}', { params: { path } })
}

/** Everything that shows variables; a set changes what many workspaces get. */
export const SHOWING_VARIABLES = [
  stale('/api/v2/workspaces/{workspace}/vars'),
  stale('/api/v2/workspaces/{workspace}/effective-variables'),
  stale('/api/v2/varsets/{variable_set}/relationships/vars'),
  stale('/api/v2/varsets/{variable_set}'),
  stale('/api/v2/organizations/{organization}/varsets'),
]

export async function freshVariables(queries: QueryClient): Promise<void> {
  await Promise.all(SHOWING_VARIABLES.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
