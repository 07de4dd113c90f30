// Whether the caller may have pull requests of a repository planned: who may plan one of its workspaces may.
import { get, type Schema } from '@/api/query'

export const workspacesOf = (organization: string, repository: string) =>
  get('/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization }, query: { 'filter[repository][id]': repository, sort: 'name', 'page[size]': 100 } },
  })

/** Null when he may, and while that is not known. */
export function refusalOf(workspaces: readonly { readonly attributes: Schema<'Workspace'> }[] | undefined): string | null {
  if (!workspaces || workspaces.some(({ attributes }) => attributes.permissions['can-queue-run'])) return null
  if (workspaces.length === 0) return 'No workspace that you may see comes from the repository.'
  return 'You need the permission workspace.run.plan in a workspace of the repository. Ask an administrator.'
}
