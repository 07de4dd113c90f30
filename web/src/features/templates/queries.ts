// What the pages of templates read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Template = ResourceOf<'Template'>
/** A template as somebody describes it, in a form or in a file. */
export type Description = Schema<'NewTemplate'>

export const templateBy = (template: string) => get('/api/v2/templates/{template}', { params: { path: { template } } })

/** The template that the address names, with the version that `If-Match` wants. */
export function useOpenTemplate() {
  const organization = useOrganization()
  const id = useParam('template')
  const { data } = useSuspenseQuery(templateBy(id))
  return { organization, template: data.data as Template, etag: data.etag }
}

/** Templates to choose from. */
export const templatesLike = (organization: string, text = '') =>
  get('/api/v2/organizations/{organization}/templates', {
    params: { path: { organization }, query: { ...(text && { 'search[text]': text }), 'page[size]': 50 } },
  })

/** All that it stands on, or all that stands on it. */
export const treeOf = (template: string, direction: Schema<'TreeDirection'>) =>
  get('/api/v2/templates/{template}/tree', { params: { path: { template }, query: { direction } } })

/** Kinds of integrations that runs can be given. */
export const integrationKinds = get('/api/v2/integration-kinds', { params: { query: { 'page[size]': 100 } } })

/** Why the caller may not change templates is said with this permission. */
export const MANAGE = 'catalog.template.manage'
export const READ = 'catalog.template.read'
