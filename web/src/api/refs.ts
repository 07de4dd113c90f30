// Branches and tags of a repository, to choose from.
import { get } from './query'

/** Found by a part of their name, on the server. */
export const branchesOf = (repository: string, search = '', page = 1) =>
  get('/api/v2/repositories/{repository}/branches', {
    params: { path: { repository }, query: { ...(search && { 'search[name]': search }), 'page[size]': 50, 'page[number]': page } },
  })

export const tagsOf = (repository: string, search = '', page = 1) =>
  get('/api/v2/repositories/{repository}/tags', {
    params: { path: { repository }, query: { ...(search && { 'search[name]': search }), 'page[size]': 50, 'page[number]': page } },
  })
