// Makes the workspaces one after the other; what was made stays made when a later one is refused.
import { type ApiError, toApiError } from '@/api/errors'
import { call } from '@/api/query'
import type { Repository } from '../queries'
import { idOf, type Wanted } from './naming'

export interface Outcome {
  /** Names of workspaces by the id of their root. */
  readonly made: Readonly<Record<string, string>>
  /** Why one was not made, by the id of its root. */
  readonly refused: Readonly<Record<string, string>>
  /** The first refusal. */
  readonly error: ApiError | null
}

interface CreateAll {
  readonly organization: string
  readonly wanted: readonly Wanted[]
  readonly repository: Repository
  /** Empty for the default branch. */
  readonly branch: string
  readonly integration: string | null
  readonly values: { project: string; 'auto-apply': boolean; 'speculative-enabled': boolean; 'queue-all-runs': boolean }
}

export async function createAll({ organization, wanted, repository, branch, integration, values }: CreateAll): Promise<Outcome> {
  const { project, ...settings } = values
  const made: Record<string, string> = {}
  const refused: Record<string, string> = {}
  let error: ApiError | null = null
  for (const { directory, name } of wanted) {
    try {
      // One after the other: a refusal of the first is mostly one of all.
      // oxlint-disable-next-line no-await-in-loop
      const { data } = await call('post', '/api/v2/organizations/{organization}/workspaces', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'workspaces',
            attributes: {
              name: name.trim(),
              'working-directory': directory,
              ...settings,
              'vcs-repo': {
                identifier: integration ? repository.attributes['full-name'] : repository.attributes.address,
                branch,
                ...(integration && { 'integration-id': integration }),
              },
            },
            ...(project && { relationships: { project: { data: { type: 'projects', id: project } } } }),
          },
        },
      })
      made[idOf(directory)] = data.attributes.name
    } catch (thrown) {
      const problem = toApiError(thrown)
      refused[idOf(directory)] = problem.field('name') ?? problem.message
      error ??= problem
    }
  }
  return { made, refused, error }
}
