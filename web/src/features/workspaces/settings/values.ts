// A workspace's settings as its forms hold them, and as requests and commands carry them; pure.
import type { Schema } from '@/api/query'
import { related, toOne, type WorkspaceRow } from '../queries'
import { flag, quoted, tagsOf, tagWords } from '../words'

/** By the API's names, so that its errors find their fields. Empty texts are nothing. */
export interface SettingsValues {
  name: string
  description: string
  project: string
  engine: Schema<'EngineKind'>
  'terraform-version': string
  'working-directory': string
  'execution-mode': Schema<'ExecutionMode'>
  'agent-pool': string
  'auto-apply': boolean
  'allow-destroy-plan': boolean
  'global-remote-state': boolean
  tags: readonly string[]
}

/** What a new workspace starts with. */
export const DEFAULTS: SettingsValues = {
  name: '',
  description: '',
  project: '',
  engine: 'opentofu',
  'terraform-version': 'latest',
  'working-directory': '',
  'execution-mode': 'remote',
  'agent-pool': '',
  'auto-apply': false,
  'allow-destroy-plan': true,
  'global-remote-state': false,
  tags: [],
}

export function valuesOf(workspace: WorkspaceRow): SettingsValues {
  const { attributes } = workspace
  return {
    name: attributes.name,
    description: attributes.description ?? '',
    project: related(workspace, 'project') ?? '',
    engine: attributes.engine,
    'terraform-version': attributes['terraform-version'],
    'working-directory': attributes['working-directory'],
    'execution-mode': attributes['execution-mode'],
    'agent-pool': related(workspace, 'agent-pool') ?? '',
    'auto-apply': attributes['auto-apply'],
    'allow-destroy-plan': attributes['allow-destroy-plan'],
    'global-remote-state': attributes['global-remote-state'],
    tags: tagWords(attributes.tags),
  }
}

type Name = keyof SettingsValues

/** Names of what differs. */
export function changed(before: SettingsValues, after: SettingsValues): readonly Name[] {
  return (Object.keys(after) as Name[]).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

/** The request's resource with only what differs from `before`. */
export function resourceOf(before: SettingsValues, after: SettingsValues) {
  const names = changed(before, after)
  const attributes: Record<string, unknown> = {}
  const relationships: Record<string, { data: { type: string; id: string } | null }> = {}
  for (const name of names) {
    if (name === 'project') relationships['project'] = toOne('projects', after.project)
    else if (name === 'agent-pool') {
      // Without a pool there is nothing to say: the mode takes it back.
      if (after['agent-pool'] !== '') relationships['agent-pool'] = toOne('agent-pools', after['agent-pool'])
    } else if (name === 'tags') attributes['tags'] = tagsOf(after.tags)
    else if (name === 'description') attributes['description'] = after.description.trim() || null
    else attributes[name] = after[name]
  }
  return { type: 'workspaces', attributes: attributes as Schema<'WorkspaceSettings'>, relationships }
}

const SWITCHES = {
  'auto-apply': '--auto-apply',
  'allow-destroy-plan': '--allow-destroy',
  'global-remote-state': '--share-state',
} as const

/** The flags of `workspace create` and `workspace update` for what differs. `nameOf` says projects and pools. */
export function flagsOf(before: SettingsValues, after: SettingsValues, nameOf: (id: string) => string): readonly (string | null)[] {
  return changed(before, after).flatMap((name): (string | null)[] => {
    switch (name) {
      case 'name':
        return []
      case 'description':
        return [`--description ${quoted(after.description)}`]
      case 'project':
        return [flag('--project', nameOf(after.project))]
      case 'agent-pool':
        return after['agent-pool'] === '' ? [] : [flag('--runner-pool', nameOf(after['agent-pool']))]
      case 'terraform-version':
        return [flag('--engine-version', after[name])]
      case 'tags':
        return after.tags.map((tag) => flag('--tag', tag))
      case 'auto-apply':
      case 'allow-destroy-plan':
      case 'global-remote-state':
        return [`${SWITCHES[name]} ${after[name]}`]
      default:
        return [`--${name} ${quoted(after[name] || '')}`]
    }
  })
}
