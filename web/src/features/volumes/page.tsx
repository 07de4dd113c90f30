// Volumes of an organization, and the plans that they can have.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { bytes } from '@/lib/numbers'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { DeletePlanDialog, DeleteVolumeDialog, NewPlanDialog, NewVolumeDialog } from './dialogs'
import { MANAGE_PLANS, READ, type Volume, type VolumePlan, volumePlansOf, volumesOf } from './queries'
import { parseVolumes } from './search'
import { KINDS, planWords } from './words'

type Asked = { readonly kind: 'volume' } | { readonly kind: 'plan' } | { readonly kind: 'delete'; readonly volume: Volume } | { readonly kind: 'delete-plan'; readonly plan: VolumePlan }

export default function Volumes() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [{ text, page }, change] = useSearchState(parseVolumes)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery({ ...volumesOf(organization, text, page), placeholderData: (before) => before })
  const plans = useQuery({ ...volumePlansOf(organization), retry: false })
  const rows = data?.data as readonly Volume[] | undefined
  const isEmpty = rows?.length === 0 && !text
  const known = (plans.data?.data ?? []) as readonly VolumePlan[]
  const close = () => setAsked(null)
  // Who may make one in one project only is not told before he chose it.
  const add = (
    <Button look="primary" icon="plus" onClick={() => setAsked({ kind: 'volume' })}>
      New volume…
    </Button>
  )
  return (
    <>
      <PageHead title="Volumes" count={data?.meta?.pagination['total-count']} meta="Files that outlive the units of apps." actions={isEmpty ? undefined : add} />
      <Stack gap={6}>
        <div>
          {!isEmpty && (
            <FilterBar text={{ name: 'text', placeholder: 'Filter by name' }} filters={[]} values={{ text }} onChange={(changes) => void change({ ...changes, page: undefined } as never)} />
          )}
          {error && !data ? (
            <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
          ) : (
            <Table
              label="Volumes"
              rows={rows}
              rowKey={({ id }) => id}
              columns={columns(organization, (volume) => setAsked({ kind: 'delete', volume }))}
              hasKeys={false}
              expected={3}
              empty={
                text ? (
                  <EmptyState title="No volume is called like that" action={<Button onClick={() => void change({ text: undefined, page: undefined })}>Show all</Button>}>
                    None of {organization} matches.
                  </EmptyState>
                ) : (
                  <EmptyState title="No volume yet" action={add} command={<Command text="slipway volume create shop-data --plan engine" />}>
                    What units write is gone with them. A volume stays, and is seen by the units of the apps, and the runs of the jobs, that are bound to it.
                  </EmptyState>
                )
              }
            />
          )}
          <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
        </div>
        <Section
          title="Plans"
          about="What a volume is. A plan never changes: make another one."
          actions={
            <Button icon="plus" disabledReason={allowed.refusal(MANAGE_PLANS)} onClick={() => setAsked({ kind: 'plan' })}>
              New plan…
            </Button>
          }
        >
          {plans.error && !plans.data ? (
            <ErrorNotice error={toApiError(plans.error)} onRetry={() => void plans.refetch()} />
          ) : (
            <Table
              label="Plans of volumes"
              rows={plans.data ? known : undefined}
              rowKey={({ id }) => id}
              columns={planColumns(allowed.refusal(MANAGE_PLANS), (plan) => setAsked({ kind: 'delete-plan', plan }))}
              hasKeys={false}
              expected={2}
              empty={<Text level={3}>There are none: no volume can be made before there is one.</Text>}
            />
          )}
        </Section>
        <Command text="slipway volume list" />
      </Stack>
      {asked?.kind === 'volume' && <NewVolumeDialog organization={organization} plans={known} onClose={close} />}
      {asked?.kind === 'plan' && <NewPlanDialog organization={organization} onClose={close} />}
      {asked?.kind === 'delete' && <DeleteVolumeDialog organization={organization} volume={asked.volume} onClose={close} />}
      {asked?.kind === 'delete-plan' && <DeletePlanDialog plan={asked.plan} onClose={close} />}
    </>
  )
}

const columns = (organization: string, onDelete: (volume: Volume) => void): readonly Column<Volume>[] => [
  { key: 'name', title: 'Name', narrow: 'first', cell: ({ attributes }) => <Text isStrong>{attributes.name}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="volume" value={attributes.status} /> },
  {
    key: 'what',
    title: 'What it is',
    narrow: 'second',
    isWide: true,
    // What keeps it comes first.
    cell: ({ attributes: { kind, folder, reason } }) => <Text level={2}>{reason || (folder ? `${KINDS[kind]}, ${folder}` : KINDS[kind])}</Text>,
  },
  { key: 'size', title: 'Size', align: 'end', from: 1024, cell: ({ attributes }) => <Text level={2}>{typeof attributes.size === 'number' ? bytes(attributes.size) : ''}</Text> },
  {
    key: 'seen',
    title: 'Seen by',
    narrow: 'second',
    cell: ({ attributes: { apps, jobs } }) =>
      apps.length + jobs.length === 0 ? (
        <Text level={3}>nobody</Text>
      ) : (
        <Row gap={2} isWrapping>
          {apps.map((app) => (
            <Link key={app} to={addresses.app(organization, app, 'volumes')}>
              {app}
            </Link>
          ))}
          {jobs.map((job) => (
            <Link key={`job ${job}`} to={addresses.job(organization, job, 'binds')}>
              {`job ${job}`}
            </Link>
          ))}
        </Row>
      ),
  },
  { key: 'plan', title: 'Plan', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes.plan}</Text> },
  { key: 'pool', title: 'Pool', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes.pool}</Text> },
  {
    key: 'do',
    title: 'Delete',
    align: 'end',
    narrow: 'second',
    cell: (volume) => {
      const { name, permissions, status } = volume.attributes
      const cannot = permissions['can-delete'] ? (status === 'deleting' ? 'It is being deleted already.' : null) : 'This needs volume.delete in its project. Ask who administers it.'
      return <IconButton icon="trash" label={`Delete ${name}`} disabledReason={cannot} onClick={() => onDelete(volume)} />
    },
  },
]

const planColumns = (cannot: string | null, onDelete: (plan: VolumePlan) => void): readonly Column<VolumePlan>[] => [
  {
    key: 'name',
    title: 'Plan',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Text isStrong>{attributes.name}</Text>
        {!attributes['is-shared'] && <Tag isLine>of this organization</Tag>}
      </Row>
    ),
  },
  { key: 'kind', title: 'Volumes of it are', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{KINDS[attributes.kind]}</Text> },
  { key: 'more', title: 'With', narrow: 'second', isWide: true, cell: (plan) => <Text level={3}>{planWords(plan)}</Text> },
  {
    key: 'do',
    title: 'Delete',
    align: 'end',
    narrow: 'end',
    cell: (plan) => <IconButton icon="trash" label={`Delete the plan ${plan.attributes.name}`} disabledReason={cannot} onClick={() => onDelete(plan)} />,
  },
]
