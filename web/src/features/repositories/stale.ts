// Which queries an event of a repository makes stale.
import type { QueryKey } from '@tanstack/react-query'
import type { LiveEvent } from '@/api/events'
import { stale } from '@/api/query'

const ROWS = [stale('/api/v2/organizations/{organization}/repositories'), stale('/api/v2/repositories/{repository}')]

const CONTENTS = [
  stale('/api/v2/repositories/{repository}/branches'),
  stale('/api/v2/repositories/{repository}/tags'),
  stale('/api/v2/repositories/{repository}/tree'),
  stale('/api/v2/repositories/{repository}/file'),
  stale('/api/v2/repositories/{repository}/commits'),
  stale('/api/v2/repositories/{repository}/roots'),
]

const HOOK = [stale('/api/v2/repositories/{repository}/webhook'), stale('/api/v2/repositories/{repository}/deliveries')]

export function staleRepositories({ attributes }: LiveEvent): readonly QueryKey[] {
  const affected = stale('/api/v2/repositories/{repository}/commits/{commit}/affected')
  if (attributes['object-kind'] === 'repository') return [...ROWS, ...HOOK, ...(attributes.action === 'repository.pushed' ? [...CONTENTS, affected] : [])]
  if (attributes['object-kind'] === 'trigger' || attributes['object-kind'] === 'workspace') return [affected]
  return []
}
