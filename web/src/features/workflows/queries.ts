// What the pages of workflows read, in one place, so that the same question is asked once.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get, type ResourceOf, type Schema, stale } from '@/api/query'
import type { operations } from '@/api/schema'
import { useOrganization, useParam } from '@/lib/search'

export type Workflow = ResourceOf<'Workflow'>
export type Step = Schema<'WorkflowStep'>
export type Kind = Schema<'WorkflowKind'>
/** A workflow as somebody wants it. */
export type Wanted = Schema<'NewWorkflow'>
export type Upgrade = Schema<'TemplateUpgrade'>
/** As lists have it. */
export type Resource = ResourceOf<'CatalogResource'>

export const READ = 'resource.read'

/** What one needs for each of its steps. */
export const NEEDED: Readonly<Record<Kind | 'create', string>> = { create: 'resource.create', destroy: 'resource.destroy', upgrade: 'resource.update', refresh: 'resource.update' }

type ListQuery = NonNullable<operations['list_workflows']['parameters']['query']>

export const workflowsOf = (organization: string, query: ListQuery) =>
  get('/api/v2/organizations/{organization}/workflows', { params: { path: { organization }, query } })

export const workflowBy = (workflow: string) => get('/api/v2/workflows/{workflow}', { params: { path: { workflow } } })

/** The workflow that the address names. */
export function useOpenWorkflow() {
  const organization = useOrganization()
  const id = useParam('workflow')
  const { data } = useSuspenseQuery(workflowBy(id))
  return { organization, workflow: data.data as Workflow }
}

export const projectsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const resourceBy = (resource: string) => get('/api/v2/resources/{resource}', { params: { path: { resource } } })

/** All that stands on a resource. */
export const standsOn = (resource: string) =>
  get('/api/v2/resources/{resource}/tree', { params: { path: { resource }, query: { direction: 'children' } } })

/** The most that one page of the API has; more are taken by choosing all. */
export const MOST_LISTED = 100

/** Those that are there and not up to date. */
export const staleResourcesOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/resources', {
    params: { path: { organization }, query: { 'filter[stale]': true, 'filter[state]': 'provisioned', sort: 'name', 'page[size]': MOST_LISTED } },
  })

/** Those of a template that are there. */
export const resourcesOfTemplate = (organization: string, template: string) =>
  get('/api/v2/organizations/{organization}/resources', {
    params: { path: { organization }, query: { 'filter[template]': template, 'filter[state]': 'provisioned', sort: 'name', 'page[size]': MOST_LISTED } },
  })

/** How many resources of each template have its recommended version. */
export const upgradesOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/template-upgrades', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const versionsOf = (organization: string, template: string) =>
  get('/api/v2/organizations/{organization}/source-code-versions', {
    params: { path: { organization }, query: { 'filter[template]': template, 'page[size]': 100 } },
  })

export const templateBy = (template: string) => get('/api/v2/templates/{template}', { params: { path: { template } } })

/** All that shows workflows. */
export const staleWorkflows = [stale('/api/v2/organizations/{organization}/workflows'), stale('/api/v2/workflows/{workflow}')]

export const staleUpgrades = [stale('/api/v2/organizations/{organization}/template-upgrades')]
