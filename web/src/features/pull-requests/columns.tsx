// The columns of a pull request's workspaces.
import { addresses } from '@/lib/addresses'
import { Counts } from '@/ui/counts'
import { Icon } from '@/ui/icon'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { countsOf, type Planned } from './parts'
import styles from './pull-requests.module.css'

/** The page of its newest run; the workspace's where there is none. */
export function runAddress(organization: string, planned: Planned): string {
  const run = planned['run-id']
  return run ? addresses.run(organization, planned.name, run) : addresses.workspace(organization, planned.name)
}

export function columns(organization: string): readonly Column<Planned>[] {
  return [
    {
      key: 'status',
      title: 'Status',
      width: '164px',
      narrow: 'second',
      cell: ({ status }) => (status ? <Status of="run" value={status} /> : <Status of="pullRequest" value="skipped" />),
    },
    {
      key: 'workspace',
      title: 'Workspace',
      narrow: 'first',
      cell: (planned) => (
        <span className={styles.name}>
          <Link to={runAddress(organization, planned)} look="name">
            {planned.name}
          </Link>
          {planned['is-locked'] && (
            <span title="The pull request keeps it locked">
              <Icon name="lock" size={14} label="locked by this pull request" />
            </span>
          )}
          {planned['is-applied-before'] && <Tag isLine>applied before the merge</Tag>}
        </span>
      ),
    },
    {
      key: 'why',
      title: 'Why',
      isWide: true,
      narrow: 'second',
      cell: ({ reason, skipped }) => (
        <span className={styles.reason}>
          <Text level={3}>{skipped ?? reason}</Text>
        </span>
      ),
    },
    {
      key: 'changes',
      title: 'Changes',
      align: 'end',
      narrow: 'end',
      cell: (planned) => {
        const counts = countsOf(planned)
        return counts && <Counts counts={counts} />
      },
    },
  ]
}
