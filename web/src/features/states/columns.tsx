// The columns of the versions, and what can be done with one.
import { addresses } from '@/lib/addresses'
import { count } from '@/lib/numbers'
import { Badge } from '@/ui/badge'
import { Button, IconButton } from '@/ui/button'
import { Bytes } from '@/ui/bytes'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import type { Column } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { related, type StateRow } from './queries'
import { RunName } from './run-name'
import styles from './states.module.css'

interface ColumnsOptions {
  organization: string
  workspace: string
  /** The current version's id. */
  current: string | null
  cannotWrite: string | null
  onCompare: (state: StateRow, from?: string) => void
  onAsk: (what: 'rollback' | 'download', state: StateRow) => void
}

export function columns(options: ColumnsOptions): readonly Column<StateRow>[] {
  const { organization, workspace, current, onCompare } = options
  return [
    {
      key: 'serial',
      title: 'Version',
      narrow: 'first',
      cell: (state) => (
        <Row gap={2}>
          <Text isMono isStrong>
            {state.attributes.serial}
          </Text>
          {state.id === current && (
            <Badge size="sm" tone="neutral">
              current
            </Badge>
          )}
          {state.attributes.intermediate && (
            <Badge size="sm" tone="warning" icon="warning">
              apply broke off
            </Badge>
          )}
          {state.attributes.encrypted && (
            <Badge size="sm" tone="neutral" icon="lock">
              encrypted
            </Badge>
          )}
        </Row>
      ),
    },
    {
      key: 'run',
      title: 'Written by',
      isWide: true,
      narrow: 'second',
      cell: (state) => {
        const run = related(state, 'run')
        if (run === null) return <Text level={3}>upload, rollback or the engine itself</Text>
        return (
          <>
            <Link to={addresses.run(organization, workspace, run)} look="plain">
              <RunName id={run} />
            </Link>
            <span className={styles.onlyNarrow}>
              , <Time at={state.attributes['created-at']} />
            </span>
          </>
        )
      },
    },
    {
      key: 'resources',
      title: 'Resources',
      align: 'end',
      cell: ({ attributes }) => <Text level={2}>{attributes.encrypted ? '–' : count(attributes['resource-count'])}</Text>,
    },
    {
      key: 'engine',
      title: 'Engine',
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={2} isMono>
          {attributes['terraform-version'] ?? '–'}
        </Text>
      ),
    },
    {
      key: 'size',
      title: 'Size',
      align: 'end',
      from: 1024,
      cell: ({ attributes }) => (
        <Text level={2}>
          <Bytes value={attributes.size} />
        </Text>
      ),
    },
    {
      key: 'when',
      title: 'When',
      align: 'end',
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['created-at']} />
        </Text>
      ),
    },
    {
      key: 'changes',
      title: '',
      align: 'end',
      cell: (state) => (
        <Button size="sm" look="quiet" onClick={() => onCompare(state)}>
          Changes
        </Button>
      ),
    },
    { key: 'more', title: '', align: 'end', narrow: 'end', cell: (state) => <More state={state} {...options} /> },
  ]
}

function More({ state, current, cannotWrite, onCompare, onAsk }: ColumnsOptions & { state: StateRow }) {
  const isCurrent = state.id === current
  const { serial } = state.attributes
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More of version ${serial}`} />}
      groups={[
        {
          items: [
            { title: 'Changes since the version before', onSelect: () => onCompare(state) },
            {
              title: 'Compare with the current one',
              // What leads from this one to the current one.
              onSelect: () => current && onCompare({ ...state, id: current }, state.id),
              disabledReason: isCurrent ? 'This is the current one.' : null,
            },
          ],
        },
        {
          items: [
            { title: 'Download…', icon: 'download', onSelect: () => onAsk('download', state) },
            {
              title: 'Go back to this version…',
              icon: 'undo',
              onSelect: () => onAsk('rollback', state),
              disabledReason: isCurrent ? 'This is the current one.' : cannotWrite,
            },
          ],
        },
      ]}
    />
  )
}
