// The columns of the list of workflows.
import { addresses } from '@/lib/addresses'
import { Link } from '@/ui/link'
import { Progress } from '@/ui/progress'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { Workflow } from '../queries'
import { KINDS, tally, tallyWords } from '../words'
import styles from '../workflows.module.css'

export const columns = (organization: string): readonly Column<Workflow>[] => [
  {
    key: 'title',
    title: 'What',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Link to={addresses.workflow(organization, id)} look="name" {...(attributes.reason && { title: attributes.reason })}>
        {attributes.title}
      </Link>
    ),
  },
  { key: 'kind', title: 'Kind', from: 1240, cell: ({ attributes }) => <Text level={2}>{KINDS[attributes.kind]}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="workflow" value={attributes.status} /> },
  { key: 'steps', title: 'Steps', narrow: 'second', cell: ({ attributes }) => <Steps attributes={attributes} /> },
  { key: 'who', title: 'Asked by', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['requested-by']}</Text> },
  {
    key: 'when',
    title: 'When',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]

function Steps({ attributes: { steps, status } }: Pick<Workflow, 'attributes'>) {
  const { done } = tally(steps)
  return (
    <span className={styles.steps} title={tallyWords(steps) || 'all done'}>
      <Text level={2}>
        {done} of {steps.length}
      </Text>
      {status === 'running' && (
        <span className={styles.bar}>
          <Progress value={done} of={steps.length} label="Steps done" />
        </span>
      )}
    </span>
  )
}
