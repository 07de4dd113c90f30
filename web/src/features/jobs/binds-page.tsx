// What the runs of a job see of other things: outputs as variables, and volumes.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { objectIcon, objectWord, pageOf } from '@/lib/objects'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { KeyTag, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { BindDialog, BindVolumeDialog, UnbindDialog, UnbindVolumeDialog } from './bind-dialogs'
import { JobFrame } from './frame'
import { bindsOf, type Job, type JobBind, type JobVolumeBind, useOpenJob, volumeBindsOf } from './queries'
import { originName, refusal } from './words'

export default function JobBinds() {
  const { organization, job } = useOpenJob()
  const unseen = refusal(job, 'can-read-env')
  return (
    <JobFrame>
      <Stack gap={6}>
        {unseen ? <Alert tone="neutral" icon="lock" title="What it is bound to is not for you">{unseen}</Alert> : <Binds organization={organization} job={job} />}
        <Volumes organization={organization} job={job} />
      </Stack>
    </JobFrame>
  )
}

interface PartProps {
  organization: string
  job: Job
}

function Binds({ organization, job }: PartProps) {
  const [asked, setAsked] = useState<'bind' | JobBind | null>(null)
  const { data, error, refetch } = useQuery(bindsOf(job.id))
  const rows = data?.data as readonly JobBind[] | undefined
  const cannot = refusal(job, 'can-update-env')
  const close = () => setAsked(null)
  const add = (
    <Button icon="link" disabledReason={cannot} onClick={() => setAsked('bind')}>
      Bind…
    </Button>
  )
  return (
    <Section title="Binds" count={data?.meta?.pagination['total-count']} about="Outputs of other things that its runs see as variables, as they are when a run begins." actions={rows?.length === 0 ? undefined : add}>
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Binds"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization, cannot, setAsked)}
          hasKeys={false}
          expected={2}
          empty={
            <EmptyState title="Bound to nothing" action={add} command={<Command text={`slipway job bind ${quoted(job.attributes.name)} orders-db`} />}>
              Bind it to a service instance, a resource or a workspace: its runs see the address of a database, and a new password when there is one.
            </EmptyState>
          }
        />
      )}
      {asked === 'bind' && <BindDialog organization={organization} job={job} onClose={close} />}
      {asked !== null && asked !== 'bind' && <UnbindDialog job={job} bind={asked} onClose={close} />}
    </Section>
  )
}

const columns = (organization: string, cannot: string | null, onUnbind: (bind: JobBind) => void): readonly Column<JobBind>[] => [
  { key: 'to', title: 'Bound to', narrow: 'first', cell: ({ attributes }) => <Origin organization={organization} origin={attributes.origin} /> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="bind" value={attributes.status} /> },
  {
    key: 'variables',
    title: 'Variables',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes }) => (
      <Row gap={1} isWrapping>
        {attributes.variables.map(({ name, output }) => (
          <span key={name} title={`The output ${output}`}>
            <KeyTag name={name} />
          </span>
        ))}
        {attributes.reason && <Text level={2} isSmall>{attributes.reason}</Text>}
      </Row>
    ),
  },
  { key: 'when', title: 'Changed', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={3}><Time at={attributes['updated-at']} form="short" /></Text> },
  {
    key: 'do',
    title: 'Unbind',
    align: 'end',
    narrow: 'second',
    cell: (bind) => <IconButton icon="trash" label={`Unbind ${originName(bind)}`} disabledReason={cannot} onClick={() => onUnbind(bind)} />,
  },
]

function Origin({ organization, origin }: { organization: string; origin: JobBind['attributes']['origin'] }) {
  const { kind, id, name } = origin
  const to = id && name ? pageOf(organization, kind, id, name) : null
  return (
    <Row gap={2}>
      <Icon name={objectIcon(kind)} />
      {name ? to ? <Link to={to} look="name">{name}</Link> : <Text isStrong>{name}</Text> : <Text level={3}>{`A ${objectWord(kind)} that you may not see`}</Text>}
    </Row>
  )
}

function Volumes({ organization, job }: PartProps) {
  const [asked, setAsked] = useState<'bind' | JobVolumeBind | null>(null)
  const { data, error, refetch } = useQuery(volumeBindsOf(job.id))
  const rows = data?.data as readonly JobVolumeBind[] | undefined
  const cannot = refusal(job, 'can-update')
  const close = () => setAsked(null)
  const add = (
    <Button icon="database" disabledReason={cannot} onClick={() => setAsked('bind')}>
      Bind a volume…
    </Button>
  )
  return (
    <Section title="Volumes" count={data?.meta?.pagination['total-count']} about="What its runs write there stays when they end." actions={rows?.length === 0 ? undefined : add}>
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Volumes of the job"
          rows={rows}
          rowKey={({ id }) => id}
          columns={volumeColumns(organization, cannot, setAsked)}
          hasKeys={false}
          expected={1}
          empty={
            <EmptyState title="Its runs see no volume" action={add} command={<Command text={`slipway job volume bind ${quoted(job.attributes.name)} shop-data /data`} />}>
              What they write is gone with them. Bind a volume, and what is in its folder stays.
            </EmptyState>
          }
        />
      )}
      {asked === 'bind' && <BindVolumeDialog organization={organization} job={job} onClose={close} />}
      {asked !== null && asked !== 'bind' && <UnbindVolumeDialog job={job} bind={asked} onClose={close} />}
    </Section>
  )
}

const volumeColumns = (organization: string, cannot: string | null, onUnbind: (bind: JobVolumeBind) => void): readonly Column<JobVolumeBind>[] => [
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
  { key: 'when', title: 'When', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={3}><Time at={attributes['created-at']} form="short" /></Text> },
  {
    key: 'do',
    title: 'Take away',
    align: 'end',
    narrow: 'end',
    cell: (bind) => <IconButton icon="trash" label={`Take ${bind.attributes.volume.name} away from ${bind.attributes.path}`} disabledReason={cannot} onClick={() => onUnbind(bind)} />,
  },
]
