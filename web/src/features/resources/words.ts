// Resources in words and as commands; pure.
import type { Change, ChangeAttributes, Difference, Origin, ResourceAttributes, StaleReason } from './queries'

/** What somebody would write on a command line, quoted for a shell where that is needed. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A resource as commands name it. */
export function oneOf({ template, name }: Pick<ResourceAttributes, 'template' | 'name'>): string {
  return `${template}/${name}`
}

/** A value as the command line and the configuration write it. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Names by id, of what the API knows by id. */
export type Names = ReadonlyMap<string, string>

/** Where a value is from, in a few words. */
export function originWords(origin: Origin | null, names: Names): string {
  if (!origin) return 'to be given'
  switch (origin.kind) {
    case 'resource':
      return 'you'
    case 'reference':
      return `${names.get(origin.parent) ?? origin.parent}.${origin.output}`
    case 'setting':
      return origin.of ? `setting of ${names.get(origin.of) ?? origin.of}` : 'its own setting'
    case 'project':
      return 'setting of its project'
    case 'tags':
      return 'its tags'
    case 'secret':
      return `secret ${origin.key} of ${origin['variable-set']}`
    case 'version':
      return 'template default'
    case 'module':
      return 'module default'
  }
}

const STALE: Readonly<Record<string, string>> = { output: 'The output', setting: 'The setting', tag: 'The tag' }

/** `The output zones of region-1 changed with its revision 3`. */
export function staleWords({ parent, what, name, revision }: StaleReason, names: Names): string {
  if (!parent) return `${STALE[what] ?? what} ${name} of its project changed`
  return `${STALE[what] ?? what} ${name} of ${names.get(parent) ?? parent} changed with its revision ${revision}`
}

/** The status that a resource is shown with: trouble before what is fine. */
export function statusOf(attributes: Pick<ResourceAttributes, 'state' | 'stale'>): 'requested' | 'provisioned' | 'destroyed' | 'stale' {
  return attributes.state === 'provisioned' && attributes.stale.length > 0 ? 'stale' : attributes.state
}

/** `v1.0.0` of `v1.0.0 (modules/network)`, where the template is said beside. */
export function refOf(version: string): string {
  return version.split(' (')[0] ?? version
}

const KINDS = { create: 'Order', update: 'Change', destroy: 'Destruction' } as const

/** `Change 12`, `Order`. */
export function changeTitle({ kind, number }: Pick<ChangeAttributes, 'kind' | 'number'>): string {
  return `${KINDS[kind]} ${number}`
}

/** A field of a difference for people: `values/size` is the variable size. */
export function fieldWords({ field }: Difference): string {
  if (field === 'source-code-version') return 'version'
  return field.startsWith('values/') ? field.slice('values/'.length) : field.replaceAll('-', ' ')
}

/** What a change does, in a few words. */
export function changeWords({ kind, template, differences }: Pick<ChangeAttributes, 'kind' | 'template' | 'differences'>): string {
  if (kind === 'create') return `a new ${template}`
  return differences.map(fieldWords).join(', ') || (kind === 'destroy' ? 'all of it' : 'what it stands on')
}

/** Whether it is over: the resource is free for another one. */
export function isOver({ attributes }: Change): boolean {
  return ['applied', 'rejected', 'canceled'].includes(attributes.status)
}

/** A type as OpenTofu writes it in JSON, as people write it: `list(string)`. */
export function typeWords(type: unknown): string {
  if (typeof type === 'string') return type
  if (!Array.isArray(type)) return 'any'
  const [kind, of] = type as readonly unknown[]
  if (kind === 'object' && typeof of === 'object' && of !== null) {
    const fields = Object.entries(of).map(([name, inner]) => `${name} = ${typeWords(inner)}`)
    return `object({${fields.join(', ')}})`
  }
  if (kind === 'tuple' && Array.isArray(of)) return `tuple([${of.map(typeWords).join(', ')}])`
  return `${String(kind)}(${typeWords(of)})`
}

/** By a key, in the order in which each came first. */
export function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
