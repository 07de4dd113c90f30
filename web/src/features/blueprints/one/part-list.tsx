// The parts of a blueprint as a list: the same that the graph shows.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { originWords, valueWords } from '../model'
import type { Blueprint, Part, Wire } from '../queries'
import styles from '../blueprints.module.css'

interface PartListProps {
  organization: string
  attributes: Pick<Blueprint['attributes'], 'parts' | 'wires'>
  /** By key. */
  templateIds: ReadonlyMap<string, string>
}

export function PartList({ organization, attributes: { parts, wires }, templateIds }: PartListProps) {
  return (
    <Table
      label="Parts"
      rows={parts}
      rowKey={({ name }) => name}
      columns={columns(organization, wires, templateIds)}
      hasKeys={false}
      isTall
      empty={<Text level={3}>It makes nothing yet.</Text>}
    />
  )
}

const columns = (organization: string, wires: readonly Wire[], templateIds: ReadonlyMap<string, string>): readonly Column<Part>[] => [
  { key: 'name', title: 'Part', narrow: 'first', cell: ({ name }) => <Text isStrong>{name}</Text> },
  {
    key: 'template',
    title: 'Template',
    narrow: 'end',
    cell: ({ template }) => {
      const id = templateIds.get(template)
      return id ? (
        <Link to={addresses.template(organization, id)} look="plain">
          <code>{template}</code>
        </Link>
      ) : (
        <code>{template}</code>
      )
    },
  },
  { key: 'on', title: 'Stands on', narrow: 'second', cell: (part) => <Text level={2}>{(part['stands-on'] ?? []).join(', ')}</Text> },
  {
    key: 'values',
    title: 'Values',
    narrow: 'second',
    isWide: true,
    cell: (part) => (
      <ul className={styles.values}>
        {wires
          .filter(({ to }) => to.part === part.name)
          .map((wire) => (
            <li key={wire.to.variable}>
              <code>{wire.to.variable}</code> <Text level={2}>{originWords(wire)}</Text>
            </li>
          ))}
        {Object.entries(part.values ?? {}).map(([name, value]) => (
          <li key={name}>
            <code>{name}</code> <code>{valueWords(value)}</code>
          </li>
        ))}
      </ul>
    ),
  },
]
