// Every permission, whether it is allowed, and by what in a few words.
import type { ResourceOf } from '@/api/query'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/icon'
import { Skeleton } from '@/ui/skeleton'
import { groupTitle, type PermissionGroup } from './permissions'
import styles from './access.module.css'

interface AccessTableProps {
  groups: readonly PermissionGroup[]
  /** What is allowed; undefined while it is on its way. */
  explanations: readonly ResourceOf<'AccessExplanation'>[] | undefined
  chosen: string | undefined
  isOnlyAllowed: boolean
  onChoose: (permission: string) => void
}

export function AccessTable({ groups, explanations, chosen, isOnlyAllowed, onChoose }: AccessTableProps) {
  if (!explanations) return <Skeleton width="60%" />
  const allowed = new Map(
    explanations.filter(({ attributes }) => attributes['is-allowed']).map(({ attributes }) => [attributes.permission, attributes]),
  )
  const shown = groups
    .map((group) => ({ ...group, permissions: group.permissions.filter(({ name }) => !isOnlyAllowed || allowed.has(name)) }))
    .filter(({ permissions }) => permissions.length > 0)
  if (shown.length === 0) return <p className={styles.none}>Nothing is allowed there.</p>
  return shown.map((group) => (
    <section key={group.name} className={styles.group}>
      <h3>{groupTitle(group.name)}</h3>
      {group.permissions.map(({ name, description }) => {
        const found = allowed.get(name)
        return (
          <button
            key={name}
            type="button"
            className={classes(styles.row, !found && styles.off)}
            aria-pressed={chosen === name}
            title={name}
            onClick={() => onChoose(name)}
          >
            <Icon name={found ? 'check' : 'minus'} tone={found ? 'success' : 'neutral'} label={found ? 'Allowed:' : 'Not allowed:'} />
            <span>{description}</span>
            <span className={styles.why}>{found ? ways(found.chains) : 'no role allows it'}</span>
          </button>
        )
      })}
    </section>
  ))
}

/** `write by platform-team`, and how many more ways there are. */
function ways(chains: ResourceOf<'AccessExplanation'>['attributes']['chains']): string {
  const [first, ...rest] = chains
  if (!first) return ''
  const by = first['team-name'] ? ` by ${first['team-name']}` : ''
  return `${first.role}${by}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
}
