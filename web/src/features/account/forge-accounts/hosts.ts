// Hosts of forges, as a link names them; pure.
import type { ResourceOf } from '@/api/query'

/** The host alone of what people paste: an address, a profile's page, `git@host`. */
export function hostOf(text: string): string {
  const typed = text.trim().toLowerCase()
  return /^(?:[a-z][a-z+.-]*:\/\/)?(?:[^@/\s]+@)?(\[[0-9a-f:]+\](?::\d+)?|[^/?#\s]+)/.exec(typed)?.[1] ?? typed
}

/** The hosts of an organization's forges, each once. */
export function forgeHosts(integrations: readonly ResourceOf<'Integration'>[]): readonly string[] {
  const found = integrations.flatMap(({ attributes }) => {
    const { url } = attributes.settings as { url?: unknown }
    return attributes.group === 'forge' && typeof url === 'string' && url !== '' ? [hostOf(url)] : []
  })
  return [...new Set(found)].toSorted()
}
