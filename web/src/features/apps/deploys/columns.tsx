// The columns of the list of an app's deploys.
import { addresses } from '@/lib/addresses'
import { Commit } from '@/ui/commit'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import type { Deploy } from '../queries'
import { deployTitle, kindWord, versionName } from '../words'

/** `repository` is the id of the one that is connected; empty for none. */
export const columns = (organization: string, app: string, repository: string): readonly Column<Deploy>[] => [
  { key: 'number', title: 'Number', align: 'end', width: '72px', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes.number}</Text> },
  {
    key: 'what',
    title: 'Deploy',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Row gap={2} isWrapping>
        <Link to={addresses.deploy(organization, app, id)} look="name" title={attributes.origin}>
          {deployTitle({ attributes })}
        </Link>
        <Tag isLine>{kindWord({ attributes })}</Tag>
        {attributes['made-of'].commit && <Commit sha={attributes['made-of'].commit} {...(repository && { to: addresses.commit(organization, repository, attributes['made-of'].commit) })} />}
      </Row>
    ),
  },
  {
    key: 'status',
    title: 'Status',
    narrow: 'end',
    cell: ({ attributes }) => <Status of="deploy" value={attributes.status} {...(attributes.status !== 'deployed' && { detail: attributes.step })} />,
  },
  { key: 'version', title: 'Version', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={2}>{versionName(attributes['app-version']) ?? ''}</Text> },
  { key: 'who', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['started-by']}</Text> },
  {
    key: 'took',
    title: 'Took',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Duration from={attributes['created-at']} to={attributes['ended-at']} isStopwatch />
      </Text>
    ),
  },
  { key: 'when', title: 'When', align: 'end', narrow: 'second', cell: ({ attributes }) => <Text level={3}><Time at={attributes['created-at']} form="short" /></Text> },
]
