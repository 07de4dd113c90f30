// The columns of lists of resources.
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Labels } from '@/ui/labels'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { DemoTag } from '../demo'
import type { Resource } from '../queries'
import { type Names, refOf, statusOf } from '../words'
import styles from '../resources.module.css'

/** `projects` are names by id. */
export function columns(organization: string, projects: Names): readonly Column<Resource>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      sort: 'name',
      isWide: true,
      cell: ({ id, attributes }) => (
        <Link to={addresses.resource(organization, id)} look="name" {...(attributes.description && { title: attributes.description })}>
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'template',
      title: 'Template',
      narrow: 'second',
      cell: ({ attributes }) => (
        <Text isMono level={2}>
          {attributes.template}
        </Text>
      ),
    },
    {
      key: 'version',
      title: 'Version',
      from: 1024,
      cell: ({ attributes }) => (
        <Text isMono level={3} {...(attributes['version-name'] && { title: attributes['version-name'] })}>
          {attributes['version-name'] ? refOf(attributes['version-name']) : 'no code'}
        </Text>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      narrow: 'end',
      cell: (resource) => (
        <span className={styles.facts}>
          <Status of="resource" value={statusOf(resource.attributes)} />
          {resource.attributes['is-demo'] && <DemoTag />}
          {related(resource, 'change') && <Text level={3}>a change is open</Text>}
        </span>
      ),
    },
    {
      key: 'project',
      title: 'Project',
      narrow: 'second',
      cell: (resource) => <Text level={2}>{projects.get(related(resource, 'project')) ?? related(resource, 'project')}</Text>,
    },
    {
      key: 'labels',
      title: 'Labels',
      from: 1240,
      cell: ({ attributes: { labels } }) => <Labels labels={labels} />,
    },
    {
      key: 'changed',
      title: 'Changed',
      align: 'end',
      sort: 'updated-at',
      isDescendingFirst: true,
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['updated-at']} form="short" />
        </Text>
      ),
    },
  ]
}
