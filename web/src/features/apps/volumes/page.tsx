// Volumes that the units of an app see, each at a path.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { useOpenApp } from '../queries'
import { refusal } from '../words'
import { BindVolumeDialog, UnbindVolumeDialog } from './dialogs'
import { type VolumeBind, volumeBindsOf } from './queries'

export default function AppVolumes() {
  const { organization, app } = useOpenApp()
  const [asked, setAsked] = useState<'bind' | VolumeBind | null>(null)
  const { data, error, refetch } = useQuery(volumeBindsOf(app.id))
  const rows = data?.data as readonly VolumeBind[] | undefined
  const cannot = refusal(app, 'can-update')
  const close = () => setAsked(null)
  const add = (
    <Button look="primary" icon="database" disabledReason={cannot} onClick={() => setAsked('bind')}>
      Bind a volume…
    </Button>
  )
  return (
    <>
      <Section
        title="Volumes"
        count={data?.meta?.pagination['total-count']}
        about="What its units write there stays when they go. A change exchanges the units for others that see it."
        actions={rows?.length === 0 ? undefined : add}
      >
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Volumes of the app"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns(organization, cannot, setAsked)}
            hasKeys={false}
            expected={2}
            empty={
              <EmptyState title="Its units see no volume" action={add} command={<Command text={`slipway volume bind shop-data /data --app ${quoted(app.attributes.name)}`} />}>
                What they write is gone with them. Bind a volume, and what is in its folder stays.
              </EmptyState>
            }
          />
        )}
      </Section>
      {asked === 'bind' && <BindVolumeDialog organization={organization} app={app} onClose={close} />}
      {asked !== null && asked !== 'bind' && <UnbindVolumeDialog app={app} bind={asked} onClose={close} />}
    </>
  )
}

const columns = (organization: string, cannot: string | null, onUnbind: (bind: VolumeBind) => void): readonly Column<VolumeBind>[] => [
  {
    key: 'volume',
    title: 'Volume',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Link to={addresses.volumes(organization)} search={{ text: attributes.volume.name } as never} look="name">
        {attributes.volume.name}
      </Link>
    ),
  },
  {
    key: 'path',
    title: 'Seen at',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes }) => (
      <Row gap={2} isWrapping>
        <Text isMono>{attributes.path}</Text>
        {attributes['is-read-only'] && <Tag isLine>only to read</Tag>}
      </Row>
    ),
  },
  { key: 'processes', title: 'By', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes.processes.join(', ') || 'all processes'}</Text> },
  { key: 'who', title: 'Bound by', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['created-by']}</Text> },
  { key: 'when', title: 'When', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={3}><Time at={attributes['created-at']} form="short" /></Text> },
  {
    key: 'do',
    title: 'Take away',
    align: 'end',
    narrow: 'end',
    cell: (bind) => <IconButton icon="trash" label={`Take ${bind.attributes.volume.name} away from ${bind.attributes.path}`} disabledReason={cannot} onClick={() => onUnbind(bind)} />,
  },
]
