// What is said about git workspaces; pure.
import type { Schema } from '@/api/query'
import { counted } from '@/lib/numbers'
import { command, quoted } from '@/lib/shell'
import type { GitWorkspace } from './queries'

/** How many resources have code in it, and how many of them need somebody. */
export function countWords({ 'resource-count': count, 'problem-count': problems }: { 'resource-count': number; 'problem-count': number }): string {
  const resources = count === 0 ? 'none' : counted(count, 'resource')
  return problems === 0 ? resources : `${resources}, ${problems} ${problems === 1 ? 'needs' : 'need'} somebody`
}

export type Mode = Schema<'GitWorkspaceMode'>

/** How changes come to the branch that the code is kept on. */
export const modes = [
  { value: 'push', text: 'by pushes' },
  { value: 'pull-request', text: 'by pull requests' },
] as const satisfies readonly { value: Mode; text: string }[]

/** How code is kept in it, as forms have it. */
export interface Keeping {
  /** Empty for the repository's default branch. */
  readonly branch: string
  /** Empty for the top. */
  readonly directory: string
  readonly mode: Mode
  readonly description: string
}

/** What becomes of the changes that wait, when they are to come in another way from now on. */
export function modeNote(before: Mode, mode: Mode): string | null {
  if (before === mode) return null
  return mode === 'pull-request'
    ? 'Changes that wait get a pull request each, from the branch that they have. Merging one approves its change, closing it rejects the change, if whoever does so may do that here.'
    : 'Changes that come get a branch, and no pull request: they are approved here only. Pull requests that are open stay, and count, until their changes are over.'
}

/** As the form of one that is there has it. */
export interface Edited extends Keeping {
  readonly name: string
}

export function editedOf({ name, branch, directory, mode, description }: GitWorkspace['attributes']): Edited {
  return { name, branch: branch ?? '', directory, mode, description }
}

/** What differs, as the API takes it. */
export function changesOf(before: Edited, after: Edited): Schema<'GitWorkspaceChanges'> {
  const has = (name: keyof Edited) => before[name] !== after[name].trim()
  return {
    ...(has('name') && { name: after.name.trim() }),
    ...(has('description') && { description: after.description.trim() }),
    ...(has('branch') && { branch: after.branch.trim() || null }),
    ...(has('directory') && { directory: after.directory.trim() }),
    ...(has('mode') && { mode: after.mode }),
  }
}

/** The same from a terminal. */
export function updateCommand(before: Edited, after: Edited): string {
  const flags = Object.entries(changesOf(before, after)).map(([name, value]) => `--${name} ${quoted(value ?? '')}`)
  return command(`slipway git-workspace update ${quoted(before.name)}`, ...flags)
}

/** A pull request in a few words. */
export function requestWords({ number, state, 'ended-by': by }: { number: number; state: Schema<'ProposedState'>; 'ended-by'?: string | null }): string {
  if (state === 'open') return `#${number}, open`
  return by ? `#${number}, ${state} by ${by}` : `#${number}, ${state}`
}

interface New {
  readonly name: string
  readonly identifier: string
  readonly integration: string
  readonly branch: string
  readonly directory: string
  readonly mode: Mode
}

/** The same from a terminal. */
export function createCommand({ name, identifier, integration, branch, directory, mode }: New): string {
  const flag = (flag: string, value: string) => (value.trim() === '' ? '' : `--${flag} ${value.trim()}`)
  return [`slipway git-workspace create ${name.trim() || 'NAME'}`, `--repository ${identifier.trim() || 'REPOSITORY'}`, flag('integration', integration), flag('branch', branch), flag('directory', directory), flag('mode', mode === 'push' ? '' : mode)]
    .filter(Boolean)
    .join(' ')
}
