// Resources that belong together, to be made at once.
import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { parameter, type ParseSearch, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Blueprint, blueprintsOf, MAKE, READ } from '../queries'

interface ListSearch {
  readonly text: string | undefined
  readonly label: string | undefined
  readonly page: number | undefined
}

const parseBlueprints: ParseSearch<ListSearch> = (raw) => ({ text: parameter.text(raw['text']), label: parameter.text(raw['label']), page: parameter.page(raw['page']) })

export default function Blueprints() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [search, change] = useSearchState(parseBlueprints)
  const { text, label } = search
  const isFiltered = Boolean(text ?? label)
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...blueprintsOf(organization, search), placeholderData: (before) => before })
  const rows = data?.data as readonly Blueprint[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const refusal = allowed.refusal(MAKE)
  const add = refusal ? (
    <Button look="primary" icon="plus" disabledReason={refusal}>
      New blueprint
    </Button>
  ) : (
    <LinkButton look="primary" icon="plus" to={addresses.newBlueprint(organization)}>
      New blueprint
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Blueprints"
        count={data?.meta?.pagination['total-count']}
        meta="Resources that belong together, the outputs of some wired to the variables of others: made at once."
        actions={isEmpty ? undefined : add}
      />
      {!isEmpty && (
        <FilterBar
          text={{ name: 'text', placeholder: 'Filter by name' }}
          filters={[{ name: 'label', title: 'Label', placeholder: 'team=shop', isMono: true }]}
          values={{ text, label }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Blueprints"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.blueprint(organization, id)}
          columns={columns(organization)}
          isStale={isPlaceholderData}
          expected={3}
          empty={
            isFiltered ? (
              <EmptyState title="No blueprint is like that" action={<Button onClick={() => void change({ text: undefined, label: undefined, page: undefined })}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState title="No blueprints yet" action={add} command={<Command text="slipway blueprint create -f shop.yaml" />}>
                A blueprint describes a network, two databases in it, and an app that is given the addresses of both. Whoever uses it answers a few
                questions, and gets all of them.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </>
  )
}

const columns = (organization: string): readonly Column<Blueprint>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={addresses.blueprint(organization, id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  { key: 'makes', title: 'Makes', narrow: 'end', cell: ({ attributes }) => <Text level={2}>{counted(attributes.parts.length, 'resource')}</Text> },
  {
    key: 'of',
    title: 'Of',
    narrow: 'second',
    from: 1024,
    cell: ({ attributes }) => {
      const templates = [...new Set(attributes.parts.map(({ template }) => template))].join(', ')
      return (
        <Text isMono level={2} isCut title={templates}>
          {templates}
        </Text>
      )
    },
  },
  { key: 'what', title: 'What it is for', narrow: 'second', isWide: true, cell: ({ attributes }) => <Text level={2}>{attributes.description}</Text> },
  {
    key: 'changed',
    title: 'Changed',
    align: 'end',
    from: 1024,
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['updated-at']} form="short" />
      </Text>
    ),
  },
]
