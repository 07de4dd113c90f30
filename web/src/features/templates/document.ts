// A template as a document of `slipway catalog apply`: readable, and without what is the default anyway; pure.
import type { Schema } from '@/api/query'
import { catalogDocument } from '@/lib/catalog-document'
import type { Description, Template } from './queries'

/** The description within a template of the API. */
export function described({ attributes }: Template): Description {
  const { key, name, description, documentation, status, parents, naming, labels, secrets, service, engine } = attributes
  return {
    key,
    name,
    description,
    documentation,
    'is-abstract': attributes['is-abstract'],
    status,
    parents,
    'allowed-integrations': attributes['allowed-integrations'],
    'one-per-integration': attributes['one-per-integration'],
    'required-settings': attributes['required-settings'],
    naming: naming ?? null,
    labels,
    secrets,
    service: service ?? null,
    engine,
    'engine-version': attributes['engine-version'],
  }
}

/** YAML, with long texts in blocks. */
export function documentOf(description: Description): string {
  return catalogDocument('template', said(description))
}

/** What is not the default, in the order in which people read it. */
function said(description: Description): Record<string, unknown> {
  const all: Record<string, unknown> = {
    key: description.key,
    name: description.name,
    description: description.description,
    'is-abstract': description['is-abstract'] || undefined,
    status: description.status === 'disabled' ? 'disabled' : undefined,
    parents: description.parents?.map(parentSaid),
    naming: description.naming,
    labels: description.labels,
    'allowed-integrations': description['allowed-integrations']?.map(({ kind, required }) => (required ? { kind, required } : { kind })),
    'one-per-integration': description['one-per-integration'],
    'required-settings': description['required-settings'],
    secrets: description.secrets?.map(({ name, 'is-environment': isEnvironment, source }) => ({ name, ...(isEnvironment && { 'is-environment': true }), source })),
    service: description.service,
    engine: description.engine === 'terraform' ? 'terraform' : undefined,
    'engine-version': description['engine-version'],
    documentation: description.documentation,
  }
  const isSaid = (value: unknown) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => name === 'key' || name === 'name' || isSaid(value)))
}

/** `minimum` and `maximum` are one where they are absent. */
function parentSaid({ template, minimum = 1, maximum = 1, group }: Schema<'TemplateParent'>): object {
  return { template, ...(minimum !== 1 && { minimum }), ...(maximum !== 1 && { maximum }), ...(group && { group }) }
}
