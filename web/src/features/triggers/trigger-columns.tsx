// The columns of the list of triggers.
import { IconButton } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Status } from '@/ui/status'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import styles from './triggers.module.css'
import type { Trigger } from './queries'
import { EVENTS } from './words'

interface Handlers {
  readonly refusal: string | null
  readonly count: number
  readonly placeOf: (trigger: Trigger) => number
  readonly onEdit: (trigger: Trigger) => void
  readonly onRemove: (trigger: Trigger) => void
  readonly onMove: (at: number, by: -1 | 1) => void
}

export function columns({ refusal, count, placeOf, onEdit, onRemove, onMove }: Handlers): readonly Column<Trigger>[] {
  return [
    {
      key: 'event',
      title: 'When',
      narrow: 'first',
      cell: ({ attributes }) => <Text isStrong>{EVENTS[attributes.event]}</Text>,
    },
    { key: 'names', title: 'Branches or tags', narrow: 'second', cell: ({ attributes }) => <Patterns values={attributes.branches} /> },
    { key: 'paths', title: 'Changed paths', isWide: true, from: 1024, cell: ({ attributes }) => <Patterns values={attributes.paths} /> },
    {
      key: 'action',
      title: 'Starts',
      narrow: 'second',
      cell: ({ attributes }) => (
        <span className={styles.action}>
          <Status of="start" value={attributes.action} />
          {attributes.pipeline && <Text level={2}>{attributes.pipeline}</Text>}
          {attributes.problem && (
            <Text isSmall level={2}>
              <Icon name="warning" size={12} tone="warning" /> {attributes.problem}
            </Text>
          )}
        </span>
      ),
    },
    {
      key: 'move',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (trigger) => {
        const at = placeOf(trigger)
        const what = `${EVENTS[trigger.attributes.event]} trigger ${at + 1}`
        return (
          <Row gap={1}>
            <IconButton
              icon="ascending"
              label={`Ask ${what} earlier`}
              disabledReason={refusal ?? (at === 0 ? 'It is asked first already.' : null)}
              onClick={() => onMove(at, -1)}
            />
            <IconButton
              icon="descending"
              label={`Ask ${what} later`}
              disabledReason={refusal ?? (at === count - 1 ? 'It is asked last already.' : null)}
              onClick={() => onMove(at, 1)}
            />
            <IconButton icon="edit" label={`Change ${what}`} disabledReason={refusal} onClick={() => onEdit(trigger)} />
            <IconButton icon="trash" label={`Remove ${what}`} disabledReason={refusal} onClick={() => onRemove(trigger)} />
          </Row>
        )
      },
    },
  ]
}

function Patterns({ values }: { values: readonly string[] }) {
  if (values.length === 0) return <Text level={3}>any</Text>
  return (
    <Text isMono level={2} title={values.join('\n')}>
      {values.join('  ')}
    </Text>
  )
}
