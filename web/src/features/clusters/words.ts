// Clusters and rules about pools in words; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import type { Cluster, Rule } from './queries'

export const DRIVERS: Readonly<Record<string, string>> = { docker: 'Docker Engine', kubernetes: 'Kubernetes' }

type Says = Pick<Cluster['attributes'], 'status' | 'reason'>

/** What it says of itself; each for itself where rights are missing, which are many. */
export function reasons({ status, reason }: Says): readonly string[] {
  const parts = status === 'limited' ? reason.split('; ') : [reason]
  return parts.filter(Boolean).map((one) => (parts.length > 1 ? `${one.charAt(0).toUpperCase()}${one.slice(1).replace(/\.$/, '')}.` : one))
}

/** The first of it, and how many more there are. */
export function shortReason(says: Says): string {
  const [first = '', ...rest] = reasons(says)
  return rest.length > 0 ? `${first} And ${rest.length} more.` : first
}

export interface Connection {
  readonly name: string
  /** `same` keeps the kubeconfig that is there. */
  readonly by: 'same' | 'kubeconfig' | 'in-cluster'
  readonly kubeconfig: string
  readonly context: string
  readonly namespace: string
  readonly 'ingress-class': string
  readonly domain: string
  readonly 'public-url': string
  /** What builds images for it; empty for nothing, and then the others are nothing either. */
  readonly buildkit: string
  /** The id of an integration. */
  readonly registry: string
  /** What the images are below there. */
  readonly repository: string
}

export const UNCONNECTED: Connection = { name: '', by: 'kubeconfig', kubeconfig: '', context: '', namespace: '', 'ingress-class': '', domain: '', 'public-url': '', buildkit: '', registry: '', repository: '' }

export function connectionOf({ attributes: { name, kubernetes } }: Pick<Cluster, 'attributes'>): Connection {
  return {
    ...UNCONNECTED,
    name,
    by: 'same',
    context: kubernetes?.context ?? '',
    namespace: kubernetes?.namespace ?? '',
    'ingress-class': kubernetes?.['ingress-class'] ?? '',
    domain: kubernetes?.domain ?? '',
    'public-url': kubernetes?.['public-url'] ?? '',
    buildkit: kubernetes?.build?.buildkit ?? '',
    registry: kubernetes?.build?.registry ?? '',
    repository: kubernetes?.build?.repository ?? '',
  }
}

/** What builds for it; null for nothing. */
function buildOf({ buildkit, registry, repository }: Connection): Schema<'ClusterBuild'> | null {
  return buildkit.trim() ? { buildkit: buildkit.trim(), registry, repository: repository.trim() } : null
}

/** What is wrong with it, by field. */
export function connectionProblems({ name, by, kubeconfig, buildkit, registry, repository }: Connection): Partial<Record<keyof Connection, string>> {
  const isBuilding = buildkit.trim() !== ''
  return {
    ...(!name.trim() && { name: 'Give it a name.' }),
    ...(by === 'kubeconfig' && !kubeconfig.trim() && { kubeconfig: 'Paste it, or take it from a file.' }),
    ...(isBuilding && !registry && { registry: 'Choose where the images go.' }),
    ...(isBuilding && !repository.trim() && { repository: 'Say what they are below there, as slipway/production.' }),
  }
}

const OPTIONAL = ['context', 'ingress-class', 'domain', 'public-url'] as const

export function newCluster(values: Connection): Schema<'NewCluster'> {
  const given = Object.fromEntries([...OPTIONAL, 'namespace' as const].filter((key) => values[key].trim() !== '').map((key) => [key, values[key].trim()]))
  const build = buildOf(values)
  return { name: values.name.trim(), ...(values.by === 'kubeconfig' && { kubeconfig: values.kubeconfig }), ...given, ...(build && { build }) }
}

/** What differs; null takes a value away. */
export function clusterChanges(before: Connection, values: Connection): Schema<'ClusterChanges'> {
  const changed = OPTIONAL.filter((key) => values[key].trim() !== before[key]).map((key) => [key, values[key].trim() || null] as const)
  return {
    ...(values.name.trim() !== before.name && { name: values.name.trim() }),
    ...(values.by !== 'same' && { kubeconfig: values.by === 'kubeconfig' ? values.kubeconfig : null }),
    ...Object.fromEntries(changed),
    ...(JSON.stringify(buildOf(values)) !== JSON.stringify(buildOf(before)) && { build: buildOf(values) }),
  }
}

const FLAGS = { context: '--context', namespace: '--namespace', 'ingress-class': '--ingress-class', domain: '--domain', 'public-url': '--app-url' } as const

/** What differs of what builds. */
function buildFlags(before: Schema<'ClusterBuild'> | null, after: Schema<'ClusterBuild'> | null): readonly (string | false)[] {
  if (!after) return [before !== null && '--buildkit none']
  return [
    after.buildkit !== before?.buildkit && `--buildkit ${quoted(after.buildkit)}`,
    after.registry !== before?.registry && `--build-registry ${quoted(after.registry || 'INTEGRATION')}`,
    after.repository !== before?.repository && `--build-repository ${quoted(after.repository || 'PATH')}`,
  ]
}

/** The same from a terminal. */
export function connectCommand(before: Connection | null, values: Connection): string {
  const start = before ?? UNCONNECTED
  const flags = (Object.keys(FLAGS) as (keyof typeof FLAGS)[]).filter((key) => values[key].trim() !== start[key]).map((key) => `${FLAGS[key]} ${quoted(values[key].trim() || 'none')}`)
  return command(
    `slipway cluster ${before ? 'update' : 'create'} ${quoted((before?.name ?? values.name.trim()) || 'NAME')}`,
    before && values.name.trim() !== before.name && `--name ${quoted(values.name.trim())}`,
    values.by === 'in-cluster' && '--in-cluster',
    ...flags,
    ...buildFlags(buildOf(start), buildOf(values)),
    values.by === 'kubeconfig' && '--kubeconfig - < kubeconfig.yaml',
  )
}

export const FIELDS: Readonly<Record<Schema<'PoolField'>, string>> = { team: 'Teams', project: 'Projects', plan: 'Plans', service: 'Services', router: 'Routers', organization: 'Organizations' }

/** What a rule without values says, where it is not that nobody puts apps there. */
const NONE: Partial<typeof FIELDS> = { service: 'nothing is bound there', router: 'nobody reaches what is there' }

/** `Only members of operators`, as a rule is read. */
export function ruleWords({ attributes: { field, denies, values } }: Pick<Rule, 'attributes'>): string {
  if (values.length === 0) return denies ? `all ${FIELDS[field].toLowerCase()}` : `none: ${NONE[field] ?? 'nobody puts apps there'}`
  return `${denies ? 'all but' : 'only'} ${values.join(', ')}`
}

/** The same from a terminal. */
export function ruleCommand({ pools, field, values, denies, 'is-shared': isShared }: RuleValues): string {
  return command(`slipway pool-constraint set ${quoted(pools.trim() || 'POOLS')}`, `--field ${field}`, isShared && '--shared', denies === 'yes' && '--deny', ...values.map(quoted))
}

export interface RuleValues {
  readonly pools: string
  readonly field: Schema<'PoolField'>
  readonly values: readonly string[]
  readonly denies: 'yes' | 'no'
  readonly 'is-shared': boolean
}
