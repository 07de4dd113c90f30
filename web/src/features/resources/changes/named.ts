// What differences name by ids, by its names: versions, what it stands on, integrations.
import { useQueries } from '@tanstack/react-query'
import { get } from '@/api/query'
import { type Difference, resourceBy } from '../queries'
import type { Names } from '../words'

/** More than a person chooses for one resource. */
const MOST = 30
const ID = /^(?:res|scv|int)-[0-9a-z]{16}$/

/** `known`, and what is not in it: an id stays where the caller may not see what it names. */
export function useNamed(differences: readonly Difference[], known: Names): Names {
  const ids = [...new Set(differences.flatMap(({ before, after }) => [before, after]).flatMap(idsIn))].filter((id) => !known.has(id)).slice(0, MOST)
  return useQueries({
    queries: ids.map((id) => ({ ...named(id), retry: false })),
    combine: (answers) => {
      const found = answers.flatMap(({ data }) => (data ? [[data.data.id, nameOf(data.data.attributes)] as const] : []))
      return found.length === 0 ? known : new Map([...known, ...found])
    },
  })
}

function idsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return ID.test(value) ? [value] : []
  return Array.isArray(value) ? value.flatMap(idsIn) : []
}

interface Named {
  readonly data: { readonly id: string; readonly attributes: object }
}

function named(id: string): { queryKey: readonly unknown[]; queryFn: () => Promise<Named> } {
  if (id.startsWith('scv-')) return get('/api/v2/source-code-versions/{source_code_version}', { params: { path: { source_code_version: id } } }) as never
  if (id.startsWith('int-')) return get('/api/v2/integrations/{integration}', { params: { path: { integration: id } } }) as never
  return resourceBy(id) as never
}

/** Of a version its tag or branch, of anything else its name. */
function nameOf(attributes: object): string {
  const { ref, name } = attributes as { readonly ref?: string; readonly name?: string }
  return ref ?? name ?? ''
}
