// Where values come from, in words; pure.
import type { Schema } from '@/api/query'

type Origin = Schema<'VariableOrigin'>

const KINDS: Record<Schema<'VariableOriginKind'>, string> = {
  'global-set': 'set for every workspace',
  'project-set': 'set of the project',
  'tag-set': 'set for a tag',
  'workspace-set': 'set given to the workspace',
  workspace: 'the workspace itself',
  run: 'given with the run',
  'priority-set': 'priority set, wins over everything',
}

/** `shop-defaults, set of the project`. */
export function originWords(origin: Origin): string {
  const kind = KINDS[origin.kind]
  return origin['variable-set-name'] ? `${origin['variable-set-name']}, ${kind}` : kind
}

/** Names of what is hidden, for one line: `shop-defaults and common`. */
export function hiddenNames(origins: readonly Origin[]): string {
  const names = origins.map((origin) => origin['variable-set-name'] ?? KINDS[origin.kind])
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
