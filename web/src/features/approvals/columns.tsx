// The columns of the list of approval rules.
import { addresses } from '@/lib/addresses'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import type { Column } from '@/ui/table'
import { KeyTag, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { projectIn, type Rule } from './queries'
import { approversOf, choiceOf, type Names, OPERATIONS } from './words'

interface Shown {
  readonly organization: string
  /** Of teams and projects, by id. */
  readonly names: Names
  /** Of the page: what counts there; empty for all. */
  readonly project: string
}

export function columns({ organization, names, project }: Shown): readonly Column<Rule>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.approvalRules(organization)} search={{ ...(project && { project }), rule: id } as never} look="name">
          {attributes.name}
        </Link>
      ),
    },
    { key: 'needs', title: 'Needs', narrow: 'second', isWide: true, cell: ({ attributes }) => approversOf(attributes, names) },
    {
      key: 'where',
      title: 'Counts in',
      narrow: 'second',
      cell: (rule) => <Where organization={organization} rule={rule} names={names} />,
    },
    {
      key: 'operations',
      title: 'For',
      from: 1024,
      cell: ({ attributes }) => <Text level={2}>{OPERATIONS[choiceOf(attributes.operations)].title.toLowerCase()}</Text>,
    },
    {
      key: 'own',
      title: 'One’s own yes',
      from: 1240,
      cell: ({ attributes }) => <Text level={3}>{attributes['own-approval-counts'] ? 'counts' : 'does not count'}</Text>,
    },
  ]
}

function Where({ organization, rule, names }: { organization: string; rule: Rule; names: Names }) {
  const project = projectIn(rule)
  const { template, tags } = rule.attributes
  return (
    <Row gap={1} isWrapping>
      {project ? (
        <Link to={addresses.project(organization, project)} look="plain">
          {names.get(project) ?? project}
        </Link>
      ) : (
        <Text level={2}>every project</Text>
      )}
      {template && <Tag isLine>{template}</Tag>}
      {tags.map(({ key, value }) => (
        <KeyTag key={`${key} ${value}`} name={key} value={value} />
      ))}
    </Row>
  )
}
