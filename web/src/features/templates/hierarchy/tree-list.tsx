// What hangs together, as a list: the same that the graph shows.
import { addresses } from '@/lib/addresses'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { long } from '../words'
import type { Branch } from './model'
import styles from '../templates.module.css'

export function TreeList({ organization, label, branches, empty }: { organization: string; label: string; branches: readonly Branch[]; empty: string }) {
  if (branches.length === 0) return <Text level={3}>{empty}</Text>
  return (
    <nav className={styles.tree} aria-label={label}>
      <Level organization={organization} branches={branches} />
    </nav>
  )
}

function Level({ organization, branches }: { organization: string; branches: readonly Branch[] }) {
  return (
    <ul>
      {branches.map(({ node, edge, isRepeated, branches: below }) => (
        <li key={node.id}>
          <span className={styles.leaf}>
            <Icon name="template" />
            <Link to={addresses.template(organization, node.id, 'hierarchy')} look="name">
              {node.name}
            </Link>
            {edge && <Text level={3}>{long(edge)}</Text>}
            {node['is-abstract'] && <Tag isLine>group</Tag>}
            {node.status === 'disabled' && <Status of="template" value="disabled" />}
            {isRepeated && <Text level={3}>see above</Text>}
          </span>
          {below.length > 0 && <Level organization={organization} branches={below} />}
        </li>
      ))}
    </ul>
  )
}
