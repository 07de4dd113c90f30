// How a workspace comes from Git, as its form holds it, and as requests and commands carry it; pure.
import type { Schema } from '@/api/query'
import { integrationOf, quoted, type Repository, type Workspace } from './queries'

/** By the API's names where it has them, so that its errors find their fields. */
export interface SourceValues {
  /** The repository's id; empty for none. */
  repository: string
  /** What starts runs: pushes to a branch, or tags. */
  follows: 'branch' | 'tags'
  branch: string
  'tags-regex': string
  'working-directory': string
  'ingress-submodules': boolean
  'large-files': boolean
  'file-triggers-enabled': boolean
  'trigger-patterns': readonly string[]
  'trigger-prefixes': readonly string[]
  'speculative-enabled': boolean
  'apply-policy': Schema<'ApplyPolicy'>
  'fork-policy': Schema<'ForkPolicy'>
}

export function valuesOf({ attributes }: Workspace): SourceValues {
  const source = attributes['vcs-repo']
  return {
    repository: source?.['repository-id'] ?? '',
    follows: source?.['tags-regex'] ? 'tags' : 'branch',
    branch: source?.branch ?? '',
    'tags-regex': source?.['tags-regex'] ?? '',
    'working-directory': attributes['working-directory'],
    'ingress-submodules': source?.['ingress-submodules'] ?? false,
    'large-files': source?.['large-files'] ?? false,
    'file-triggers-enabled': attributes['file-triggers-enabled'] ?? true,
    'trigger-patterns': attributes['trigger-patterns'] ?? [],
    'trigger-prefixes': attributes['trigger-prefixes'] ?? [],
    'speculative-enabled': attributes['speculative-enabled'] ?? true,
    'apply-policy': attributes['apply-policy'] ?? 'after-merge',
    'fork-policy': attributes['fork-policy'] ?? 'ask',
  }
}

const OF_REPOSITORY = ['repository', 'follows', 'branch', 'tags-regex', 'ingress-submodules', 'large-files'] as const
const OF_WORKSPACE = [
  'working-directory',
  'file-triggers-enabled',
  'trigger-patterns',
  'trigger-prefixes',
  'speculative-enabled',
  'apply-policy',
  'fork-policy',
] as const

/** Names of what differs. */
export function changed(before: SourceValues, after: SourceValues): ReadonlySet<keyof SourceValues> {
  const names = Object.keys(after) as (keyof SourceValues)[]
  return new Set(names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])))
}

/** What differs, to be sent. `repository` is the one that is chosen. */
export function settingsOf(before: SourceValues, after: SourceValues, repository: Repository | undefined): Schema<'WorkspaceSettings'> {
  const names = changed(before, after)
  const settings: Record<string, unknown> = {}
  if (OF_REPOSITORY.some((name) => names.has(name))) {
    const integration = repository && integrationOf(repository)
    settings['vcs-repo'] = {
      ...(names.has('repository') &&
        repository && {
          identifier: integration ? repository.attributes['full-name'] : repository.attributes.address,
          ...(integration && { 'integration-id': integration }),
        }),
      branch: after.branch.trim(),
      'tags-regex': after.follows === 'tags' ? after['tags-regex'].trim() : '',
      'ingress-submodules': after['ingress-submodules'],
      'large-files': after['large-files'],
    }
  }
  for (const name of OF_WORKSPACE) if (names.has(name)) settings[name] = after[name]
  return settings as Schema<'WorkspaceSettings'>
}

/** The same from a terminal. */
export function commandOf(workspace: string, before: SourceValues, after: SourceValues, repository: Repository | undefined): string {
  const names = changed(before, after)
  const each = (flag: string, values: readonly string[]) => values.map((value) => `${flag} ${quoted(value)}`)
  return [
    `slipway workspace update ${quoted(workspace)}`,
    (names.has('repository') || before.repository === '') && `--repo ${repository ? quoted(repository.attributes['full-name']) : 'REPOSITORY'}`,
    names.has('branch') && `--branch ${quoted(after.branch)}`,
    (names.has('tags-regex') || names.has('follows')) && `--tags ${quoted(after.follows === 'tags' ? after['tags-regex'] || 'REGEX' : '')}`,
    names.has('working-directory') && `--dir ${quoted(after['working-directory'])}`,
    names.has('ingress-submodules') && `--submodules ${after['ingress-submodules']}`,
    names.has('large-files') && `--large-files ${after['large-files']}`,
    names.has('file-triggers-enabled') && `--file-triggers ${after['file-triggers-enabled']}`,
    ...(names.has('trigger-patterns') ? each('--trigger-pattern', after['trigger-patterns']) : []),
    ...(names.has('trigger-prefixes') ? each('--trigger-prefix', after['trigger-prefixes']) : []),
    names.has('speculative-enabled') && `--plan-pull-requests ${after['speculative-enabled']}`,
    names.has('apply-policy') && `--apply-when ${after['apply-policy']}`,
    names.has('fork-policy') && `--forks ${after['fork-policy']}`,
  ]
    .filter(Boolean)
    .join(' ')
}
