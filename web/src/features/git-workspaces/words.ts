// What is said about git workspaces; pure.
import { counted } from '@/lib/numbers'

/** How many resources have code in it, and how many of them need somebody. */
export function countWords({ 'resource-count': count, 'problem-count': problems }: { 'resource-count': number; 'problem-count': number }): string {
  const resources = count === 0 ? 'none' : counted(count, 'resource')
  return problems === 0 ? resources : `${resources}, ${problems} ${problems === 1 ? 'needs' : 'need'} somebody`
}

interface New {
  readonly name: string
  readonly identifier: string
  readonly integration: string
  readonly branch: string
  readonly directory: string
}

/** The same from a terminal. */
export function createCommand({ name, identifier, integration, branch, directory }: New): string {
  const flag = (flag: string, value: string) => (value.trim() === '' ? '' : `--${flag} ${value.trim()}`)
  return [`slipway git-workspace create ${name.trim() || 'NAME'}`, `--repository ${identifier.trim() || 'REPOSITORY'}`, flag('integration', integration), flag('branch', branch), flag('directory', directory)]
    .filter(Boolean)
    .join(' ')
}
