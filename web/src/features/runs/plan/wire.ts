// What the server says about the changes of a plan: `GET /api/v2/plans/{plan}/changes` and `…/changes/{number}`.
// Both are plain JSON; the index has its rows in columns, so that 100,000 changes are a few megabytes.

/** What happens to an object. */
export type PlannedAction =
  | 'delete'
  | 'delete-then-create'
  | 'create-then-delete'
  | 'forget-then-create'
  | 'unknown'
  | 'forget'
  | 'update'
  | 'create'
  | 'import'
  | 'move'
  | 'read'
  | 'no-op'

/** The actions as people count them: all ways of replacing are one. */
export type ChangeKind = 'delete' | 'replace' | 'forget' | 'update' | 'create' | 'import' | 'move' | 'read' | 'no-op' | 'unknown'

export interface ChangeReason {
  readonly word: string
  readonly text: string
}

export interface ChangeNote {
  readonly 'previous-address'?: string
  readonly 'importing-id'?: string
  readonly deposed?: string
}

export interface OutputChange {
  readonly number: number
  readonly name: string
  readonly action: PlannedAction
  readonly 'is-sensitive': boolean
}

export interface PlannedType {
  readonly name: string
  readonly mode: string
  readonly provider: string
}

export type PlanCounts = Readonly<Record<ChangeKind | 'drift' | 'outputs', number>>

/** All changes of a plan, as they come. */
export interface PlanChanges {
  readonly format: number
  readonly 'engine-version': string
  readonly 'is-errored': boolean
  readonly total: number
  readonly counts: PlanCounts
  readonly actions: readonly PlannedAction[]
  readonly modules: readonly string[]
  readonly types: readonly PlannedType[]
  readonly names: readonly string[]
  readonly reasons: readonly ChangeReason[]
  readonly 'replace-paths': readonly (readonly string[])[]
  readonly groups: readonly {
    readonly module: number
    readonly 'is-drift': boolean
    readonly start: number
    readonly count: number
    readonly counts: Readonly<Partial<Record<ChangeKind, number>>>
  }[]
  readonly changes: {
    readonly action: readonly number[]
    readonly type: readonly number[]
    readonly name: readonly number[]
    readonly key: readonly (string | number | null)[]
    readonly reason: readonly number[]
    readonly 'replace-paths': readonly number[]
  }
  readonly notes: Readonly<Record<string, ChangeNote>>
  readonly outputs: readonly OutputChange[]
}

export type ShownValue =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly value: unknown; readonly 'cut-bytes'?: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'sensitive' }
  | { readonly kind: 'omitted'; readonly bytes: number }

export interface ChangedAttribute {
  readonly path: readonly (string | number)[]
  readonly name: string
  readonly 'forces-replacement': boolean
  readonly before: ShownValue
  readonly after: ShownValue
}

/** One change, attribute by attribute. */
export interface PlanChange extends ChangeNote {
  readonly number: number
  readonly address: string
  readonly module: string
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly key: string | number | null
  readonly provider: string
  readonly action: PlannedAction
  readonly 'is-drift': boolean
  readonly reason?: ChangeReason
  readonly 'replace-paths': readonly string[]
  readonly changed: readonly ChangedAttribute[]
  readonly 'changed-count': number
  readonly unchanged: readonly { readonly path: readonly (string | number)[]; readonly name: string; readonly value: ShownValue }[]
  readonly 'unchanged-count': number
  readonly 'is-cut': boolean
}
