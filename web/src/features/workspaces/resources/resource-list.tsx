// The groups of resources, one line each; only what is seen exists when there are many.
import { counted } from '@/lib/numbers'
import { Icon } from '@/ui/icon'
import { Matched } from '@/ui/matched'
import { VirtualList } from '@/ui/virtual-list'
import type { Group, Grouping, Resource } from './group'
import styles from './resources.module.css'

interface ResourceListProps {
  groups: readonly Group[]
  by: Grouping
  /** Lower case. */
  sought: string
}

type Line = { readonly group: Group } | { readonly resource: Resource }

// Below this the page simply scrolls, and the browser's own search finds everything.
const MANY = 400
const ROW = 34

export function ResourceList({ groups, by, sought }: ResourceListProps) {
  const lines: readonly Line[] = groups.flatMap((group) => [{ group }, ...group.resources.map((resource) => ({ resource }))])
  const line = (at: number) => {
    const one = lines[at]
    if (!one) return null
    return 'group' in one ? <Head group={one.group} by={by} /> : <Entry resource={one.resource} sought={sought} />
  }
  if (lines.length > MANY) {
    return (
      <div className={styles.tall}>
        <VirtualList count={lines.length} rowHeight={ROW} isEven label="Resources">
          {line}
        </VirtualList>
      </div>
    )
  }
  return (
    <div className={styles.list}>
      {groups.map((group) => (
        <section key={group.title} aria-label={titleOf(group, by)}>
          <Head group={group} by={by} />
          {group.resources.map((resource) => (
            <Entry key={resource.address} resource={resource} sought={sought} />
          ))}
        </section>
      ))}
    </div>
  )
}

const titleOf = (group: Group, by: Grouping) => (by === 'module' && group.title === '' ? 'Top of the configuration' : group.title)

function Head({ group, by }: { group: Group; by: Grouping }) {
  return (
    <header className={styles.head}>
      <Icon name={by === 'module' ? 'blueprint' : 'resource'} size={14} />
      {group.title === '' ? <span>{titleOf(group, by)}</span> : <code>{group.title}</code>}
      <span className={styles.count}>{group.instances > 0 ? counted(group.instances, 'resource') : 'read only'}</span>
    </header>
  )
}

function Entry({ resource, sought }: { resource: Resource; sought: string }) {
  return (
    <div className={styles.entry}>
      <Icon name={resource.isData ? 'read' : 'resource'} size={14} label={resource.isData ? 'Data source' : 'Resource'} />
      <code className={styles.address} title={resource.address}>
        <Matched text={resource.address} sought={sought} />
      </code>
      {resource.count > 1 && <span className={styles.times}>× {resource.count}</span>}
      <span className={styles.provider} title={resource.provider}>
        {resource.provider.split('/').slice(-2).join('/')}
      </span>
    </div>
  )
}
