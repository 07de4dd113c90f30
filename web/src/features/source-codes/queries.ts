// What the pages of source codes read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type SourceCode = ResourceOf<'SourceCode'>
export type Module = ResourceOf<'SourceCodeModule'>

export const READ = 'catalog.source-code.read'
export const MANAGE = 'catalog.source-code.manage'

/** The source code that the address names, with the version that `If-Match` wants. */
export function useOpenSourceCode() {
  const organization = useOrganization()
  const id = useParam('sourceCode')
  const { data } = useSuspenseQuery(get('/api/v2/source-codes/{source_code}', { params: { path: { source_code: id } } }))
  return { organization, sourceCode: data.data as SourceCode, etag: data.etag }
}

/** Directories with a module, at a branch, tag or commit. */
export const modulesOf = (sourceCode: string, ref: string | undefined, page = 1) =>
  get('/api/v2/source-codes/{source_code}/modules', {
    params: { path: { source_code: sourceCode }, query: { ...(ref && { ref }), 'page[size]': 100, 'page[number]': page } },
  })

/** What one of them takes and gives. */
export const interfaceOf = (sourceCode: string, ref: string | undefined, directory: string) =>
  get('/api/v2/source-codes/{source_code}/interface', {
    params: { path: { source_code: sourceCode }, query: { ...(ref && { ref }), ...(directory && { directory }) } },
  })

/** Its repository, whose branches and tags can be chosen. */
export function repositoryOf({ relationships }: SourceCode): string {
  const linkage = relationships?.['repository']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}

export const staleSourceCodes = [stale('/api/v2/organizations/{organization}/source-codes'), stale('/api/v2/source-codes/{source_code}')]

export const staleModules = [stale('/api/v2/source-codes/{source_code}/modules'), stale('/api/v2/source-codes/{source_code}/interface')]
