// Where apps run, how that is, and how much of it units may take.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { useOrganization } from '@/lib/search'
import { bytes } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Cluster, clustersOf, type Plan, plansOf, type Pool, poolsOf, READ } from './queries'

export default function Clusters() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const clusters = useQuery(clustersOf(organization))
  const pools = useQuery({ ...poolsOf(organization), retry: false })
  const plans = useQuery({ ...plansOf(organization), retry: false })
  const isNowhere = clusters.data?.data.length === 0
  return (
    <>
      <PageHead title="Clusters and pools" meta="Where the apps of this organization run, and how much each of their units may take. They belong to the whole site." />
      <Stack gap={6}>
        <Section title="Clusters" about="What builds and runs apps. While one does not answer, what runs there goes on, and nothing of it can be changed.">
          {isNowhere ? (
            <EmptyState title="There is nowhere to run apps" command={<Command text="slipway cluster list" />}>
              The server found no Docker Engine on its machine. Whoever runs the server can start one, and then the server again.
            </EmptyState>
          ) : (
            <Listed query={clusters} label="Clusters" columns={CLUSTERS} />
          )}
        </Section>
        {!isNowhere && (
          <Section title="Pools" about="Parts of clusters that apps are put into.">
            <Listed query={pools} label="Pools" columns={POOLS} />
          </Section>
        )}
        <Section title="Plans" about="How much memory and processor each unit of an app may take.">
          <Listed query={plans} label="Plans" columns={PLANS} />
        </Section>
      </Stack>
    </>
  )
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

const DRIVERS: Readonly<Record<string, string>> = { docker: 'Docker Engine', kubernetes: 'Kubernetes' }

const CLUSTERS: readonly Column<Cluster>[] = [
  { key: 'name', title: 'Cluster', narrow: 'first', cell: ({ attributes }) => <Text isStrong>{attributes.name}</Text> },
  { key: 'driver', title: 'Driven by', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{DRIVERS[attributes.driver] ?? attributes.driver}</Text> },
  { key: 'status', title: 'Status', narrow: 'end', cell: ({ attributes }) => <Status of="cluster" value={attributes.status} /> },
  { key: 'reason', title: 'What it says', narrow: 'second', isWide: true, cell: ({ attributes }) => <Text level={2}>{attributes.reason}</Text> },
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
      {attributes['is-default'] && <Tag isLine>default</Tag>}
    </Row>
  ),
})

const POOLS: readonly Column<Pool>[] = [named('Pool'), { key: 'cluster', title: 'Cluster', narrow: 'end', cell: ({ attributes }) => <Text level={2}>{attributes.cluster}</Text> }]

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
