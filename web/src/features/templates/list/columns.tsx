// The columns of the list of templates.
import { addresses } from '@/lib/addresses'
import { Labels } from '@/ui/labels'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { UsedBy } from '@/ui/used-by'
import type { Template } from '../queries'
import { long, needOf } from '../words'

export function columns(organization: string): readonly Column<Template>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      sort: 'name',
      cell: ({ id, attributes }) => (
        <Link to={addresses.template(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'key',
      title: 'Key',
      narrow: 'second',
      sort: 'key',
      cell: ({ attributes }) => (
        <Text isMono level={2}>
          {attributes.key}
        </Text>
      ),
    },
    { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="template" value={attributes.status} /> },
    { key: 'form', title: 'What', from: 1024, cell: ({ attributes }) => <Text level={3}>{attributes['is-abstract'] ? 'group' : 'code'}</Text> },
    { key: 'parents', title: 'Stands on', narrow: 'second', isWide: true, cell: ({ attributes }) => <StandsOn parents={attributes.parents} /> },
    {
      key: 'labels',
      title: 'Labels',
      from: 1240,
      cell: ({ attributes }) => <Labels labels={attributes.labels} />,
    },
    {
      key: 'used-by',
      title: 'Used by',
      from: 1024,
      align: 'end',
      cell: ({ id, attributes }) => <UsedBy uses={attributes['used-by']} to={addresses.template(organization, id, 'hierarchy')} />,
    },
    { key: 'updated', title: 'Changed', from: 1240, align: 'end', sort: 'updated-at', isDescendingFirst: true, cell: ({ attributes }) => <Time at={attributes['updated-at']} form="short" /> },
  ]
}

function StandsOn({ parents }: { parents: Template['attributes']['parents'] }) {
  if (parents.length === 0) return <Text level={3}>nothing</Text>
  const all = parents.map((parent) => `${parent.template}: ${long(needOf(parent))}`).join('\n')
  return (
    <Text isMono level={2} title={all}>
      {parents.map(({ template }) => template).join(', ')}
    </Text>
  )
}
