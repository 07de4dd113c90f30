// What the current state holds, by type: most first, with the way to all of them.
import { addresses } from '@/lib/addresses'
import type { ResourceOf } from '@/api/query'
import { count } from '@/lib/numbers'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import type { WorkspaceRow } from '../queries'
import { partsOf } from '../resources/address'
import styles from './overview.module.css'

interface ResourceSummaryProps {
  organization: string
  workspace: WorkspaceRow
  state: ResourceOf<'StateVersion'>
}

const SHOWN = 8
/** So many stand in one column, as wide as the section. */
const FEW = 4

export function ResourceSummary({ organization, workspace, state }: ResourceSummaryProps) {
  const { attributes } = state
  const types = byType(attributes.resources)
  const to = addresses.workspace(organization, workspace.attributes.name, 'resources')
  return (
    <Section
      title="Resources"
      count={count(attributes['resource-count'])}
      isRuled
      actions={attributes['resource-count'] > 0 && <Link to={to}>All resources</Link>}
    >
      {attributes.encrypted && <p className={styles.none}>The configuration encrypts its state, so nothing can be said about what is in it.</p>}
      {!attributes.encrypted && types.length === 0 && (
        <p className={styles.none}>The state is empty: everything was destroyed, or nothing was made.</p>
      )}
      <ul className={styles.types} data-many={types.length > FEW || undefined}>
        {types.slice(0, SHOWN).map(([type, instances]) => (
          <li key={type}>
            <Link to={to} search={{ q: type } as never} look="plain">
              <code>{type}</code>
            </Link>
            <span className={styles.number}>{count(instances)}</span>
          </li>
        ))}
        {types.length > SHOWN && (
          <li>
            <Link to={to}>{types.length - SHOWN} more types</Link>
          </li>
        )}
      </ul>
    </Section>
  )
}

/** Instances of each type that the configuration manages; data sources are none. */
function byType(resources: readonly { address: string; count: number }[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { address, count: instances } of resources) {
    const { type, isData } = partsOf(address)
    if (!isData) counts.set(type, (counts.get(type) ?? 0) + instances)
  }
  return [...counts].toSorted(([left, many], [right, more]) => more - many || left.localeCompare(right))
}
