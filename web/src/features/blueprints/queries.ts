// What the pages of blueprints read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { call, get, type ResourceOf, type Schema, stale } from '@/api/query'
import { useOrganization, useParam } from '@/lib/search'

export type Blueprint = ResourceOf<'Blueprint'>
/** A blueprint as somebody describes it. */
export type Description = Schema<'NewBlueprint'>
export type Part = Schema<'BlueprintPart'>
export type External = Schema<'BlueprintExternal'>
export type Constant = Schema<'BlueprintConstant'>
export type Wire = Schema<'BlueprintWire'>
/** What is asked for a part when it is used. */
export type PartForm = Schema<'ResourceForm'>

export const READ = 'catalog.blueprint.read'
export const MAKE = 'catalog.blueprint.create'
export const UPDATE = 'catalog.blueprint.update'
export const DELETE = 'catalog.blueprint.delete'
/** To use one. */
export const ORDER = 'resource.create'

export const blueprintsOf = (organization: string, query: { text?: string | undefined; label?: string | undefined; page?: number | undefined }) =>
  get('/api/v2/organizations/{organization}/blueprints', {
    params: {
      path: { organization },
      query: {
        ...(query.text && { 'search[text]': query.text }),
        ...(query.label && { 'filter[label]': query.label }),
        ...(query.page && { 'page[number]': query.page }),
        'page[size]': 50,
      },
    },
  })

export const blueprintBy = (blueprint: string) => get('/api/v2/blueprints/{blueprint}', { params: { path: { blueprint } } })

/** The blueprint that the address names, with the version that `If-Match` wants. */
export function useOpenBlueprint() {
  const organization = useOrganization()
  const id = useParam('blueprint')
  const { data } = useSuspenseQuery(blueprintBy(id))
  return { organization, blueprint: data.data as Blueprint, etag: data.etag }
}

export const projectsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** Templates with a key in their words, the one of that key among them. */
export const templateOf = (organization: string, key: string) =>
  get('/api/v2/organizations/{organization}/templates', { params: { path: { organization }, query: { 'search[text]': key, 'page[size]': 100 } } })

/** Resources that are there, of a template by its id. */
export const resourcesOf = (organization: string, template: string, text: string) =>
  get('/api/v2/organizations/{organization}/resources', {
    params: { path: { organization }, query: { 'filter[template]': template, 'filter[state]': 'provisioned', ...(text && { 'search[text]': text }), 'page[size]': 50 } },
  })

export const templatesOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/templates', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** What the template of a part asks for. What it will stand on is not there yet. */
export const partForm = (organization: string, part: Part, project: string) => ({
  queryKey: ['blueprint part form', organization, part.template, part['source-code-version'] ?? '', JSON.stringify(part.values ?? {}), project] as const,
  queryFn: () =>
    call('post', '/api/v2/organizations/{organization}/resources/actions/form', {
      params: { path: { organization } },
      body: {
        data: {
          type: 'resources',
          attributes: {
            template: part.template,
            ...(project && { project }),
            ...(part['source-code-version'] && { 'source-code-version': part['source-code-version'] }),
            values: part.values ?? {},
          },
        },
      },
    }),
  retry: false,
})

/** All that shows blueprints. */
export const staleBlueprints = [stale('/api/v2/organizations/{organization}/blueprints'), stale('/api/v2/blueprints/{blueprint}')]

export const staleWorkflows = stale('/api/v2/organizations/{organization}/workflows')
