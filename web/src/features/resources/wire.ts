// Resources and their changes as they are on the wire, and asking for them.
import type { QueryKey } from '@tanstack/react-query'
import { call, get, type Loaded, type Schema } from '@/api/query'

/** A resource of a document, whatever its kind. */
interface Of<Attributes> {
  readonly id: string
  readonly type: string
  readonly attributes: Attributes
  readonly relationships?: Readonly<Record<string, Schema<'Relationship'>>>
}

export type State = 'requested' | 'provisioned' | 'destroyed'
export type ChangeKind = 'create' | 'update' | 'destroy'
export type ChangeStatus = 'planning' | 'waiting' | 'applying' | 'applied' | 'failed' | 'rejected' | 'canceled'

/** A tag or a setting. */
export interface Setting {
  readonly name: string
  readonly value: string
  readonly 'is-inherited': boolean
}

/** All that somebody decides about a resource; secrets are never in it. */
export interface Specification {
  readonly name: string
  readonly description: string
  readonly labels: readonly string[]
  readonly 'source-code-version': string | null
  readonly parents: readonly string[]
  readonly integrations: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  readonly tags: readonly Setting[]
  readonly settings: readonly Setting[]
}

/** Why a resource should be brought up to date. */
export interface StaleReason {
  readonly parent: string
  /** `output`, `setting` or `tag`. */
  readonly what: string
  readonly name: string
  readonly revision: number
  readonly since: string
}

export interface ResourceAttributes extends Specification {
  readonly template: string
  readonly 'version-name': string | null
  readonly state: State
  readonly secrets: readonly string[]
  readonly stale: readonly StaleReason[]
  readonly 'output-count': number
  readonly revision: number
  readonly 'created-by': string
  readonly 'created-at': string
  readonly 'updated-at': string
}

export type Resource = Of<ResourceAttributes>

export type Difference = Schema<'FieldDifference'>

export interface ChangeAttributes {
  readonly number: number
  readonly kind: ChangeKind
  readonly status: ChangeStatus
  readonly 'resource-name': string
  readonly template: string
  readonly differences: readonly Difference[]
  readonly specification?: Specification | null
  readonly reason: string
  readonly 'auto-apply': boolean
  readonly detail?: string | null
  readonly error?: string | null
  readonly revision?: number | null
  readonly 'requested-by': string
  readonly approvals?: Schema<'Approvals'> | null
  readonly actions: { readonly 'is-decidable': boolean; readonly 'is-retryable': boolean; readonly 'is-cancelable': boolean }
  readonly 'created-at': string
  readonly 'updated-at': string
  readonly 'ended-at'?: string | null
}

export type Change = Of<ChangeAttributes>

/** Where a value is from. */
export type Origin =
  | { readonly kind: 'resource' | 'tags' | 'version' | 'module' }
  | { readonly kind: 'reference'; readonly parent: string; readonly output: string }
  | { readonly kind: 'setting'; readonly of: string | null }
  | { readonly kind: 'secret'; readonly 'variable-set': string; readonly key: string }

/** The value that a variable has so far. */
export interface Resolved {
  readonly name: string
  readonly value: unknown
  readonly origin: Origin | null
  readonly 'is-sensitive': boolean
  /** Known only when the run starts. */
  readonly 'is-later': boolean
  readonly 'is-asked': boolean
  readonly problem: string | null
}

export interface Candidate {
  readonly id: string
  readonly name: string
  readonly status: string
}

export interface FormParent {
  readonly template: string
  readonly minimum: number
  readonly maximum: number | null
  readonly group: string | null
  readonly candidates: readonly Candidate[]
}

export interface FormIntegration {
  readonly kind: string
  readonly 'is-required': boolean
  readonly candidates: readonly Candidate[]
}

export interface FormVersion {
  readonly id: string
  readonly name: string
  readonly lifecycle: Schema<'Lifecycle'>
  readonly 'is-recommended': boolean
}

/** What a form needs to ask for a resource. */
export interface OrderForm {
  readonly schema: unknown
  readonly values: readonly Resolved[]
  readonly name: string | null
  readonly naming: string | null
  readonly versions: readonly FormVersion[]
  readonly parents: readonly FormParent[]
  readonly integrations: readonly FormIntegration[]
  readonly 'required-settings': readonly { readonly name: string; readonly 'is-given': boolean }[]
  readonly problems: readonly { readonly pointer: string; readonly detail: string }[]
}

export interface TreeNode {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly template: string
  readonly 'template-key': string
  readonly state: State
  readonly 'is-stale': boolean
  readonly change: string | null
  readonly distance: number
}

export interface Tree {
  readonly direction: 'parents' | 'children'
  readonly nodes: readonly TreeNode[]
  readonly edges: readonly { readonly child: string; readonly parent: string }[]
  readonly 'is-cut': boolean
}

export interface Output {
  readonly name: string
  /** As OpenTofu writes it: `"string"`, `["list", "string"]`. */
  readonly type: unknown
  readonly 'is-sensitive': boolean
  readonly value: unknown
}

export interface Revision {
  readonly revision: number
  readonly change: string
  readonly kind: ChangeKind
  readonly specification: Specification
  readonly differences: readonly Difference[]
  readonly reason: string
  readonly 'requested-by': string
  readonly 'applied-at': string | null
}

/** What is sent to order one, or to have its form. */
export interface Order {
  readonly template: string
  readonly project?: string
  readonly name?: string
  readonly description: string
  readonly labels: readonly string[]
  readonly 'source-code-version'?: string
  readonly parents: readonly string[]
  readonly integrations: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly 'auto-apply': boolean
}

export interface One<Attributes> {
  readonly data: Of<Attributes>
}

export interface Many<Attributes> {
  readonly data: readonly Of<Attributes>[]
  readonly meta?: { readonly pagination: Schema<'Pagination'> } | null
}

interface Parameters {
  readonly path: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
}

/** Query options as of `get`, for addresses of this slice. */
export function read<Document>(path: string, params: Parameters) {
  const options = get(path as never, { params } as never) as unknown as { queryKey: QueryKey; queryFn: (context: never) => Promise<Loaded<Document>> }
  return { queryKey: options.queryKey, queryFn: options.queryFn as unknown as () => Promise<Loaded<Document>> }
}

/** Does one request, as `call`. */
export function send<Document>(method: 'post' | 'patch' | 'delete', path: string, init: { params: Parameters; body?: unknown; headers?: Readonly<Record<string, string>> }) {
  return call(method as never, path as never, init as never) as unknown as Promise<Loaded<Document>>
}

/** The id at the other side of a relationship with one; empty without one. */
export function related({ relationships }: Pick<Of<unknown>, 'relationships'>, name: string): string {
  const linkage = relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}
