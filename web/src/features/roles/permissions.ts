// The tree of permissions, for reading and for choosing.
import { get, type ResourceOf } from '@/api/query'

export interface Permission {
  readonly name: string
  readonly description: string
}

/** Permissions of one kind of object: what their names begin with. */
export interface PermissionGroup {
  readonly name: string
  readonly permissions: readonly Permission[]
}

const TITLES: Record<string, string> = {
  event: 'Activity',
  organization: 'Organization',
  project: 'Projects',
  'runner-pool': 'Runner pools',
  'variable-set': 'Variable sets',
  workspace: 'Workspaces',
}

const AT_THE_SITE = ['site', 'user']
const ORDER = ['workspace', 'project', 'variable-set', 'runner-pool', 'organization', 'event']

export const allPermissions = () => get('/api/v2/permissions')

/** What a group is called. */
export function groupTitle(name: string): string {
  return TITLES[name] ?? name
}

/** In groups, the most used first. What holds at the site only is in no organization's role. */
export function grouped(nodes: readonly ResourceOf<'PermissionNode'>[]): readonly PermissionGroup[] {
  const groups = new Map<string, Permission[]>()
  for (const { id, attributes } of nodes) {
    const name = id.split('.')[0] ?? id
    if (AT_THE_SITE.includes(name) || attributes.description.includes('(at the site)')) continue
    groups.set(name, [...(groups.get(name) ?? []), { name: id, description: attributes.description }])
  }
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return [...groups].map(([name, permissions]) => ({ name, permissions })).sort((left, right) => place(left.name) - place(right.name))
}

/** Whether one of `nodes` covers `permission`: itself, a part above it, or everything. */
export function covers(nodes: readonly string[], permission: string): boolean {
  return nodes.some((node) => node === '*' || node === permission || permission.startsWith(`${node}.`))
}
