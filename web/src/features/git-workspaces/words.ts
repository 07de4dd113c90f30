// What is said about git workspaces; pure.
import type { Schema } from '@/api/query'
import { counted } from '@/lib/numbers'

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
