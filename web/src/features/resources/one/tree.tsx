// What it stands on and what stands on it.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import { DemoTag } from '../demo'
import { type Tree, type TreeNode, treeOf } from '../queries'
import { branchesOf, type Branch } from './branches'
import styles from '../resources.module.css'

interface ResourceTreeProps {
  organization: string
  resource: { readonly id: string; readonly name: string }
  direction: Tree['direction']
}

export function ResourceTree({ organization, resource, direction }: ResourceTreeProps) {
  const { data, error, refetch } = useQuery(treeOf(resource.id, direction))
  const tree = data?.data.attributes
  const isUp = direction === 'parents'
  return (
    <Section title={isUp ? 'It stands on' : 'What stands on it'} {...(tree && { count: tree.nodes.length - 1 })} isRuled>
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && !tree && <Skeleton height={60} />}
      {tree && tree.nodes.length < 2 && <Text level={3}>{isUp ? 'Nothing: it stands by itself.' : 'Nothing that you may see.'}</Text>}
      {tree && tree.nodes.length > 1 && (
        <nav className={styles.tree} aria-label={isUp ? `What ${resource.name} stands on` : `What stands on ${resource.name}`}>
          <Level organization={organization} branches={branchesOf(tree)} />
        </nav>
      )}
      {tree?.['is-cut'] && <Text level={3}>There are more than are shown.</Text>}
    </Section>
  )
}

function Level({ organization, branches }: { organization: string; branches: readonly Branch[] }) {
  return (
    <ul>
      {branches.map(({ node, isRepeated, branches: below }) => (
        <li key={node.id}>
          <Leaf organization={organization} node={node} isRepeated={isRepeated} />
          {below.length > 0 && <Level organization={organization} branches={below} />}
        </li>
      ))}
    </ul>
  )
}

function Leaf({ organization, node, isRepeated }: { organization: string; node: TreeNode; isRepeated: boolean }) {
  return (
    <span className={styles.leaf}>
      <Icon name="resource" />
      <Link to={addresses.resource(organization, node.id)} look="name">
        {node.name}
      </Link>
      <Text level={3} isSmall>
        {node['template-key']}
      </Text>
      {node['is-demo'] && <DemoTag />}
      {node['is-stale'] && node.state === 'provisioned' && <Status of="resource" value="stale" />}
      {node.state !== 'provisioned' && <Status of="resource" value={node.state} />}
      {node.change && <Text level={3}>a change is open</Text>}
      {isRepeated && <Text level={3}>see above</Text>}
    </span>
  )
}
