// The same as the picture, as a list: for who reads better than he looks.
import { addresses } from '@/lib/addresses'
import { objectIcon, objectWord } from '@/lib/objects'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { type Edge, type Node, standing } from './model'

interface ObjectsProps {
  organization: string
  nodes: readonly Node[]
  edges: readonly Edge[]
  /** What else the lines may lead to. */
  others?: readonly Node[]
  /** Steps to the object that the page is about. */
  distances?: ReadonlyMap<string, number>
}

export function Objects(props: ObjectsProps) {
  return <Table label="Objects" rows={props.nodes} rowKey={({ id }) => id} columns={columns(props)} />
}

const columns = ({ organization, nodes, edges, others = [], distances }: ObjectsProps): readonly Column<Node>[] => {
  const names = new Map([...others, ...nodes].map(({ id, name }) => [id, name]))
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: (node) => (
        <Row gap={2}>
          <Icon name={objectIcon(node.kind)} />
          <Link to={addresses.impact(organization, node.id)} look="name">
            {node.name}
          </Link>
        </Row>
      ),
    },
    { key: 'kind', title: 'Kind', narrow: 'second', cell: ({ kind }) => <Text level={2}>{objectWord(kind)}</Text> },
    { key: 'status', title: 'Status', narrow: 'end', cell: (node) => standing(node)?.word ?? '' },
    {
      key: 'on',
      title: 'Depends on',
      narrow: 'second',
      isWide: true,
      cell: ({ id }) =>
        edges
          .filter(({ from }) => from === id)
          .map(({ to, why }) => `${names.get(to) ?? to} (${why})`)
          .join(', '),
    },
    ...(distances ? [{ key: 'steps', title: 'Steps', align: 'end' as const, from: 1024 as const, cell: ({ id }: Node) => distances.get(id) ?? '' }] : []),
  ]
}
