// Of which template: the first step of ordering something, and of bringing something along.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import type { ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { templatesOf } from '../queries'

type Template = ResourceOf<'Template'>

const parseOrder = (raw: Readonly<Record<string, unknown>>) => ({
  /** Its key. */
  template: parameter.text(raw['template']),
  /** Its id. */
  project: parameter.text(raw['project']),
  /** The name of one whose state is brought along. */
  workspace: parameter.text(raw['workspace']),
  /** The id of a service that it is ordered from. */
  service: parameter.text(raw['service']),
})

/** What the address says about an order. */
export function useOrdered() {
  const [ordered] = useSearchState(parseOrder)
  return ordered
}

interface ChooseProps {
  organization: string
  title: string
  meta: string
  /** The page of the form. */
  to: string
  /** What the address says besides. */
  kept: object
}

export function Choose({ organization, title, meta, to, kept }: ChooseProps) {
  const [text, setText] = useState('')
  const search = useSettled(text, 200)
  const { data, error, refetch } = useQuery({ ...templatesOf(organization, search), placeholderData: (before) => before })
  const rows = data?.data.filter(({ attributes }) => attributes.status === 'enabled')
  return (
    <>
      <PageHead title={title} meta={meta} crumbs={[{ title: 'Resources', to: addresses.resources(organization) }]} />
      {(text || (rows?.length ?? 0) > 0) && (
        <FilterBar text={{ name: 'text', placeholder: 'Part of the name' }} filters={[]} values={{ text: text || undefined }} onChange={({ text: typed }) => setText(String(typed ?? ''))} />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Templates"
          rows={rows}
          rowKey={({ id }) => id}
          hasKeys={false}
          expected={4}
          columns={columns(to, kept)}
          empty={
            <EmptyState title={text ? 'No template is called like that' : 'There is nothing to order yet'} command={<Command text="slipway catalog apply -f catalog.yaml" />}>
              Templates are what people order. A platform team publishes them, with a version that is active.
            </EmptyState>
          }
        />
      )}
    </>
  )
}

const columns = (to: string, kept: object): readonly Column<Template>[] => [
  {
    key: 'name',
    title: 'Template',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Link to={to} search={{ template: attributes.key, ...kept } as never} look="name">
        {attributes.name}
      </Link>
    ),
  },
  { key: 'what', title: 'What it is', narrow: 'second', isWide: true, cell: ({ attributes }) => <Text level={2}>{attributes.description}</Text> },
  {
    key: 'key',
    title: 'Key',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={3}>
        {attributes.key}
      </Text>
    ),
  },
]
