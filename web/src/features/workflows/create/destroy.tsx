// Destroying resources with everything that stands on them: what that is, before anything is planned.
import { useQueries } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import type { Crumb } from '@/lib/page'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import type { Schema } from '@/api/query'
import { standsOn } from '../queries'
import { createCommand } from '../words'
import { HowFields } from './how-fields'
import { Next } from './next'
import { useCreate } from './use-create'

type Node = Schema<'ResourceNode'>

export function DestroyPage({ organization, resources, crumbs }: { organization: string; resources: readonly string[]; crumbs: readonly Crumb[] }) {
  const trees = useQueries({ queries: resources.map((id) => standsOn(id)) })
  const failed = trees.find(({ error }) => error)
  const isWhole = trees.every(({ data }) => data)
  const form = useCreate({ organization, kind: 'destroy', resources })
  if (resources.length === 0) {
    return (
      <>
        <PageHead title="Destroy resources" crumbs={crumbs} />
        <EmptyState title="Nothing is chosen" action={<LinkButton to={addresses.resources(organization)}>Choose resources</LinkButton>}>
          Select resources in their list, or take one’s own menu: they are destroyed with everything that stands on them.
        </EmptyState>
      </>
    )
  }
  const rows = isWhole ? concerned(trees.flatMap(({ data }) => data?.data.attributes.nodes ?? [])) : undefined
  const first = rows?.find(({ id }) => id === resources[0])?.name
  const title = first && resources.length === 1 ? `Destroy ${first} and what stands on it` : `Destroy ${counted(resources.length, 'resource')} and what stands on them`
  const isCut = trees.some(({ data }) => data?.data.attributes['is-cut'])
  return (
    <>
      <PageHead title={title} meta="Everything behind them is destroyed, what nothing stands on first. Their entries stay, to be looked at and restored." crumbs={crumbs} />
      {failed?.error ? (
        <ErrorNotice error={toApiError(failed.error)} onRetry={() => void failed.refetch()} />
      ) : (
        <Split isFollowing aside={<Next command={createCommand('destroy', resources, '', form.values)} isAuto={form.values.auto} />}>
          <Form form={form} submit="Plan the steps" isWide disabledReason={rows?.length === 0 ? 'All of it is destroyed already.' : null}>
            <Section title="What goes" count={rows?.length} about="As far as you may see it; the steps have all of it.">
              <Table label="What goes" rows={rows} rowKey={({ id }) => id} columns={columns(organization, new Set(resources))} hasKeys={false} expected={3} />
              {isCut && <Text level={3}>There are more than are shown.</Text>}
            </Section>
            <HowFields form={form} />
          </Form>
        </Split>
      )}
    </>
  )
}

/** Each once, what is furthest from the chosen ones first: the order in which they go. */
function concerned(nodes: readonly Node[]): readonly Node[] {
  const furthest = new Map<string, Node>()
  for (const node of nodes) if ((furthest.get(node.id)?.distance ?? -1) < node.distance) furthest.set(node.id, node)
  return [...furthest.values()].filter(({ state }) => state !== 'destroyed').toSorted((one, other) => other.distance - one.distance)
}

const columns = (organization: string, chosen: ReadonlySet<string>): readonly Column<Node>[] => [
  {
    key: 'name',
    title: 'Resource',
    narrow: 'first',
    isWide: true,
    cell: ({ id, name }) => (
      <Link to={addresses.resource(organization, id)} look="name">
        {name}
      </Link>
    ),
  },
  {
    key: 'template',
    title: 'Template',
    narrow: 'second',
    cell: (node) => (
      <Text isMono level={2}>
        {node['template-key']}
      </Text>
    ),
  },
  { key: 'why', title: 'Why', narrow: 'second', cell: ({ id }) => <Text level={2}>{chosen.has(id) ? 'chosen' : 'stands on it'}</Text> },
  { key: 'state', title: 'Status', narrow: 'end', cell: ({ state }) => <Status of="resource" value={state} /> },
]
