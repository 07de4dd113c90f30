// The units of an app as they are now.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Icon } from '@/ui/icon'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type App, type Unit, unitsOf } from '../queries'
import styles from '../apps.module.css'

export function Units({ app }: { app: App }) {
  const { data, error, refetch } = useQuery(unitsOf(app.id))
  const [process, setProcess] = useState('')
  const all = data?.data as readonly Unit[] | undefined
  const names = [...new Set(all?.map(({ attributes }) => attributes.process))]
  // Of a process that is gone in between there is nothing to show.
  const shown = names.includes(process) ? process : ''
  const rows = all?.filter(({ attributes }) => shown === '' || attributes.process === shown)
  const total = data?.meta?.pagination['total-count'] ?? 0
  return (
    <Section
      title="Units"
      count={total > 0 ? standing(all ?? [], total) : undefined}
      actions={
        names.length > 1 && (
          <Segmented
            label="Process"
            value={shown}
            options={[{ value: '', text: 'All' }, ...names.map((name) => ({ value: name, text: `${name} ${all?.filter(({ attributes }) => attributes.process === name).length}` }))]}
            onChange={setProcess}
          />
        )
      }
    >
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Units"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(rows?.some(({ attributes }) => attributes.reason !== '') ?? false)}
          hasKeys={false}
          expected={2}
          empty={<Text level={3}>{app.attributes['is-stopped'] ? 'None: it is stopped.' : 'None runs.'}</Text>}
        />
      )}
      {all && total > all.length && <Text level={3}>{`The first ${all.length} of ${total}.`}</Text>}
    </Section>
  )
}

/** `2 ready, 1 crashing`: what is not as it should be is not lost among many. */
function standing(units: readonly Unit[], total: number): string {
  const of = (...statuses: readonly Unit['attributes']['status'][]) => units.filter(({ attributes }) => statuses.includes(attributes.status)).length
  const parts = [
    [of('ready'), 'ready'],
    [of('starting'), 'starting'],
    [of('not-ready'), 'not ready'],
    [of('crashing'), 'crashing'],
    [of('ended'), 'ended'],
  ] as const
  return units.length < total ? String(total) : parts.filter(([many]) => many > 0).map(([many, word]) => `${many} ${word}`).join(', ')
}

const columns = (hasReasons: boolean): readonly Column<Unit>[] => [
  { key: 'name', title: 'Unit', narrow: 'first', cell: ({ attributes }) => <Text isMono>{attributes.name}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', isWide: !hasReasons, cell: ({ attributes }) => <Status of="unit" value={attributes.status} /> },
  ...(hasReasons
    ? [
        {
          key: 'why',
          title: 'Why',
          narrow: 'second' as const,
          isWide: true,
          cell: ({ attributes }: Unit) => attributes.reason && <span className={styles.why}>{attributes.reason}</span>,
        },
      ]
    : []),
  { key: 'version', title: 'Version', align: 'end', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{`v${attributes['app-version']}`}</Text> },
  { key: 'address', title: 'Inside', from: 1240, cell: ({ attributes }) => <Text isMono level={2}>{attributes.address ?? ''}</Text> },
  {
    key: 'restarts',
    title: 'Restarts',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) =>
      attributes.restarts > 0 && (
        <span className={styles.restarts} title={`Started again ${counted(attributes.restarts, 'time')}`}>
          <Icon name="refresh" size={14} />
          {attributes.restarts}
        </span>
      ),
  },
  {
    key: 'since',
    title: 'Since',
    align: 'end',
    narrow: 'second',
    cell: ({ attributes }) => <Text level={3}>{attributes['started-at'] ? <Time at={attributes['started-at']} form="short" /> : 'not yet'}</Text>,
  },
]
