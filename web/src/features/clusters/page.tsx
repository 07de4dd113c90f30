// Where apps run, how that is, and how much of it units may take.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { bytes } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { toastError } from '@/ui/toast'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ClusterPanel } from './cluster-panel'
import { ConnectDialog, DisconnectDialog } from './connect'
import { type Chosen, DeleteDialog, NewPoolDialog, PlanDialog, useMakeDefault } from './dialogs'
import { Rules } from './rules'
import { type Cluster, clustersOf, MANAGE_PLANS, MANAGE_POOLS, type Plan, plansOf, type Pool, poolsOf, READ, useSiteRefusal } from './queries'
import { DRIVERS, shortReason } from './words'
import styles from './clusters.module.css'

export default function Clusters() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [asked, setAsked] = useState<'pool' | 'plan' | 'connect' | Chosen | AskedCluster | null>(null)
  const [{ cluster: named }, change] = useSearchState(parseClusters)
  const noClusters = useSiteRefusal()
  const close = () => setAsked(null)
  const makeDefault = useMakeDefault()
  const onDefault = (chosen: Chosen) => void makeDefault(chosen).catch((error: unknown) => toastError(error, 'It was not changed.'))
  const [noPools, noPlans] = [allowed.refusal(MANAGE_POOLS), allowed.refusal(MANAGE_PLANS)]
  const clusters = useQuery(clustersOf(organization))
  const pools = useQuery({ ...poolsOf(organization), retry: false })
  const plans = useQuery({ ...plansOf(organization), retry: false })
  const rows = clusters.data?.data as readonly Cluster[] | undefined
  const isNowhere = rows?.length === 0
  // Without a choice, one that needs somebody.
  const shown = rows?.find(({ attributes }) => attributes.name === named) ?? (named ? undefined : rows?.find(({ attributes }) => !['ready', 'unknown'].includes(attributes.status)))
  const connect = (
    <Button icon="plus" disabledReason={noClusters} onClick={() => setAsked('connect')}>
      Connect Kubernetes…
    </Button>
  )
  return (
    <>
      <PageHead title="Clusters and pools" meta="Where the apps of this organization run, and how much each of their units may take." />
      <Stack gap={6}>
        <Section
          title="Clusters"
          about="What builds and runs apps. While one does not answer, what runs there goes on, and nothing of it can be changed."
          actions={isNowhere ? undefined : connect}
        >
          {isNowhere ? (
            <EmptyState title="There is nowhere to run apps" action={connect} command={<Command text="slipway cluster list" />}>
              The server found no Docker Engine on its machine. Whoever runs the server can start one, and then the server again; or connect a Kubernetes cluster.
            </EmptyState>
          ) : (
            <Stack gap={4}>
              <Listed query={clusters} label="Clusters" columns={CLUSTERS} />
              {shown && <ClusterPanel organization={organization} key={shown.id} cluster={shown} cannot={noClusters} onAsk={(kind) => setAsked({ kind, cluster: shown })} />}
            </Stack>
          )}
        </Section>
        {!isNowhere && (
          <Section
            title="Pools"
            about="Parts of clusters that apps are put into."
            actions={
              <Button icon="plus" disabledReason={noPools} onClick={() => setAsked('pool')}>
                New pool…
              </Button>
            }
          >
            <Listed query={pools} label="Pools" columns={[...POOLS, does<Pool>(noPools, (of) => ({ kind: 'pool', of }), setAsked, onDefault)]} />
          </Section>
        )}
        {!isNowhere && <Rules organization={organization} cannot={noPools} />}
        <Section
          title="Plans"
          about="How much memory and processor each unit of an app may take. A change counts for apps from their next deploy or restart on."
          actions={
            <Button icon="plus" disabledReason={noPlans} onClick={() => setAsked('plan')}>
              New plan…
            </Button>
          }
        >
          <Listed query={plans} label="Plans" columns={[...PLANS, does<Plan>(noPlans, (of) => ({ kind: 'plan', of }), setAsked, onDefault, (plan) => setAsked({ kind: 'change', plan }))]} />
        </Section>
      </Stack>
      {asked === 'pool' && <NewPoolDialog organization={organization} clusters={rows ?? []} onClose={close} />}
      {asked === 'plan' && <PlanDialog organization={organization} onClose={close} />}
      {asked === 'connect' && <ConnectDialog organization={organization} onClose={close} onConnected={(cluster) => void change({ cluster })} />}
      {asked !== null && typeof asked === 'object' && <Asked organization={organization} asked={asked} onClose={close} />}
    </>
  )
}

const parseClusters = (raw: Readonly<Record<string, unknown>>) => ({
  /** Its name: the one that is looked at closely. */
  cluster: parameter.text(raw['cluster']),
})

type AskedCluster =
  | { readonly kind: 'update'; readonly cluster: Cluster }
  | { readonly kind: 'disconnect'; readonly cluster: Cluster }
  | { readonly kind: 'change'; readonly plan: Plan }

function Asked({ organization, asked, onClose }: { organization: string; asked: Chosen | AskedCluster; onClose: () => void }) {
  if (asked.kind === 'update') return <ConnectDialog organization={organization} cluster={asked.cluster} onClose={onClose} />
  if (asked.kind === 'disconnect') return <DisconnectDialog cluster={asked.cluster} onClose={onClose} />
  if (asked.kind === 'change') return <PlanDialog organization={organization} plan={asked.plan} onClose={onClose} />
  return <DeleteDialog chosen={asked} onClose={onClose} />
}

interface ListedProps<Item extends { readonly id: string }> {
  query: UseQueryResult<{ readonly data: readonly unknown[] }>
  label: string
  columns: readonly Column<Item>[]
}

function Listed<Item extends { readonly id: string }>({ query: { data, error, refetch }, label, columns }: ListedProps<Item>): ReactNode {
  if (error && !data) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  return (
    <Table
      label={label}
      rows={data?.data as readonly Item[] | undefined}
      rowKey={({ id }) => id}
      columns={columns}
      hasKeys={false}
      expected={2}
      empty={<Text level={3}>There are none.</Text>}
    />
  )
}

const CLUSTERS: readonly Column<Cluster>[] = [
  { key: 'name', title: 'Cluster', narrow: 'first', cell: ({ attributes }) => <Link to="." search={{ cluster: attributes.name } as never} look="name">{attributes.name}</Link> },
  { key: 'driver', title: 'Driven by', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{DRIVERS[attributes.driver] ?? attributes.driver}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="cluster" value={attributes.status} /> },
  { key: 'reason', title: 'What it says', narrow: 'second', isWide: true, cell: ({ attributes }) => <span className={styles.reason} title={attributes.reason}>{shortReason(attributes)}</span> },
  {
    key: 'looked',
    title: 'Looked at',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => <Text level={3}>{attributes['checked-at'] ? <Time at={attributes['checked-at']} form="short" /> : 'not yet'}</Text>,
  },
]

/** What has a name, and is taken where nothing is chosen. */
const named = (title: string): Column<Pool | Plan> => ({
  key: 'name',
  title,
  narrow: 'first',
  isWide: true,
  cell: ({ attributes }) => (
    <Row gap={2}>
      <Text isStrong>{attributes.name}</Text>
      {/* An organization's own comes before the site's. */}
      {attributes['is-default'] && <Tag isLine>{attributes['is-shared'] ? 'default of the site' : 'default'}</Tag>}
      {!attributes['is-shared'] && <Tag isLine>of this organization</Tag>}
    </Row>
  ),
})

/** What can be done with one. */
const does = <Item extends Pool | Plan>(
  cannot: string | null,
  chosen: (of: Item) => Chosen,
  onDelete: (chosen: Chosen) => void,
  onDefault: (chosen: Chosen) => void,
  onChange?: (of: Item) => void,
): Column<Item> => ({
  key: 'do',
  title: 'Change',
  align: 'end',
  narrow: 'end',
  cell: (of) => (
    <Row gap={1}>
      {!of.attributes['is-default'] && <IconButton icon="check" label={`Make ${of.attributes.name} the default`} disabledReason={cannot} onClick={() => onDefault(chosen(of))} />}
      {onChange && <IconButton icon="edit" label={`Change ${of.attributes.name}`} disabledReason={cannot} onClick={() => onChange(of)} />}
      <IconButton icon="trash" label={`Delete ${of.attributes.name}`} disabledReason={cannot} onClick={() => onDelete(chosen(of))} />
    </Row>
  ),
})

const POOLS: readonly Column<Pool>[] = [named('Pool'), { key: 'cluster', title: 'Cluster', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes.cluster}</Text> }]

const PLANS: readonly Column<Plan>[] = [
  named('Plan'),
  { key: 'memory', title: 'Memory', align: 'end', narrow: 'second', cell: ({ attributes }) => (attributes.memory > 0 ? bytes(attributes.memory) : 'any') },
  { key: 'processor', title: 'Processor', align: 'end', narrow: 'second', cell: ({ attributes }) => (attributes.processor > 0 ? `${attributes.processor / 1_000} CPU` : 'any') },
  {
    key: 'burst',
    title: 'While others leave it',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => <Text level={2}>{attributes.burst > 100 && attributes.processor > 0 ? `up to ${(attributes.processor * attributes.burst) / 100_000} CPU` : 'no more'}</Text>,
  },
]
