// Pull requests as their runs tell of them; pure. The API lists none, so what has no run is not known here.
import type { ResourceOf } from '@/api/query'

export type Run = ResourceOf<'Run'>

/** The newest run of a workspace for a pull request. */
export interface Planned {
  readonly run: Run
  /** Null where the caller may not see it. */
  readonly workspace: string | null
  /** Runs of it before. */
  readonly before: number
}

export interface PullRequest {
  readonly number: number
  /** Its page at the forge. */
  readonly url: string
  readonly title: string
  readonly author: string
  readonly branch: string | null
  /** When its newest run was made. */
  readonly at: string
  readonly workspaces: readonly Planned[]
}

interface RunList {
  readonly data: readonly unknown[]
  readonly included?: readonly unknown[]
}

/** Newest first, as the runs are; of each workspace the newest run. `within` is what addresses of the repository begin with. */
export function pullRequestsOf({ data, included = [] }: RunList, within: string | null): readonly PullRequest[] {
  const names = new Map((included as readonly ResourceOf<'Workspace'>[]).filter(({ type }) => type === 'workspaces').map((one) => [one.id, one.attributes.name as string]))
  const requests = new Map<string, PullRequest>()
  for (const run of data as readonly Run[]) {
    const { commit, message, 'created-at': at } = run.attributes
    const number = commit?.['pull-request-number']
    const url = commit?.['pull-request-url']
    if (!commit || !number || !url || (within !== null && !url.startsWith(`${within.replace(/\/+$/, '')}/`))) continue
    const known = requests.get(url) ?? { number, url, title: message || commit.subject, author: commit.author, branch: commit.branch ?? null, at, workspaces: [] }
    requests.set(url, { ...known, workspaces: withRun(known.workspaces, run, names) })
  }
  return [...requests.values()]
}

function withRun(workspaces: readonly Planned[], run: Run, names: ReadonlyMap<string, string>): readonly Planned[] {
  const id = workspaceOf(run)
  const known = workspaces.find((one) => workspaceOf(one.run) === id)
  if (!known) return [...workspaces, { run, workspace: names.get(id) ?? null, before: 0 }]
  return workspaces.map((one) => (one === known ? { ...one, before: one.before + 1 } : one))
}

export function workspaceOf({ relationships }: Run): string {
  const linkage = relationships?.['workspace']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}
