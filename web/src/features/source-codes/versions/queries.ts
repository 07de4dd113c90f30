// What the pages of versions read.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Version = ResourceOf<'SourceCodeVersion'>
/** How one variable is asked for. */
export type Settings = Version['attributes']['variables'][number]
export type Variable = Schema<'ModuleVariable'>

export const MANAGE_TEMPLATES = 'catalog.template.manage'

export const versionsOf = (organization: string, template: string, page: number | undefined) =>
  get('/api/v2/organizations/{organization}/source-code-versions', {
    params: { path: { organization }, query: { 'filter[template]': template, 'page[size]': 50, ...(page && { 'page[number]': page }) } },
  })

/** The version that the address names, with the version that `If-Match` wants. */
export function useOpenVersion() {
  const organization = useOrganization()
  const id = useParam('version')
  const { data } = useSuspenseQuery(get('/api/v2/source-code-versions/{source_code_version}', { params: { path: { source_code_version: id } } }))
  return { organization, version: data.data as Version, etag: data.etag }
}

export const versionInterface = (version: string) =>
  get('/api/v2/source-code-versions/{source_code_version}/interface', { params: { path: { source_code_version: version } } })

export const driftOf = (version: string) => get('/api/v2/source-code-versions/{source_code_version}/drift', { params: { path: { source_code_version: version } } })

export const comparison = (version: string, other: string) =>
  get('/api/v2/source-code-versions/{source_code_version}/compare', { params: { path: { source_code_version: version }, query: { with: other } } })

export const staleVersions = [
  stale('/api/v2/organizations/{organization}/source-code-versions'),
  stale('/api/v2/source-code-versions/{source_code_version}'),
  stale('/api/v2/source-code-versions/{source_code_version}/interface'),
  stale('/api/v2/source-code-versions/{source_code_version}/drift'),
  stale('/api/v2/source-code-versions/{source_code_version}/compare'),
]

/** As the command line names it: `network@v1.2.0`. */
export const named = ({ attributes }: Version) => `${attributes.template}@${attributes.ref}`
