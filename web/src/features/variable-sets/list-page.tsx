// The organization's variable sets.
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { total } from '@/lib/numbers'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Form } from '@/ui/form'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { useForm } from '@/ui/use-form'
import { reach, useCannotWrite, type VariableSetRow } from './queries'
import { NEW_SET, setAttributes, SetFields, setFlags } from './set-form'
import { freshVariables } from './variables/home'
import { command, quoted } from './words'

const PAGE_SIZE = 50

interface ListSearch {
  readonly q?: string | undefined
  readonly page?: number | undefined
}

const parseSearch = (raw: Readonly<Record<string, unknown>>): ListSearch => ({
  q: parameter.text(raw['q']),
  page: parameter.page(raw['page']),
})

export default function VariableSetsPage() {
  const organization = useOrganization()
  const [search, change] = useSearchState(parseSearch)
  const [isMaking, setMaking] = useState(false)
  const cannotWrite = useCannotWrite(organization)
  const query = { 'page[size]': PAGE_SIZE, 'page[number]': search.page ?? 1, ...(search.q && { 'search[name]': search.q }) }
  const list = useQuery({
    ...get('/api/v2/organizations/{organization}/varsets', { params: { path: { organization }, query } }),
    placeholderData: keepPreviousData,
  })
  const rows = list.data?.data
  const pagination = list.data?.meta?.pagination
  const make = (
    <Button look="primary" icon="plus" disabledReason={cannotWrite} onClick={() => setMaking(true)}>
      New variable set
    </Button>
  )
  return (
    <>
      <PageHead title="Variable sets" {...(pagination && { count: total(pagination['total-count']) })} actions={make} />
      <FilterBar
        filters={[]}
        values={{ q: search.q }}
        onChange={({ q }) => change({ q: typeof q === 'string' ? q : undefined, page: undefined }, { replace: true })}
        text={{ name: 'q', placeholder: 'Filter by name' }}
      />
      {list.error ? (
        <ErrorNotice error={toApiError(list.error)} onRetry={() => void list.refetch()} />
      ) : (
        <Table
          label="Variable sets"
          columns={columns(organization)}
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.variableSet(organization, id)}
          isStale={list.isPlaceholderData}
          empty={
            search.q ? (
              <EmptyState title="No variable set has this in its name">Look for a shorter part of the name.</EmptyState>
            ) : (
              <EmptyState title="No variable sets yet" command={<Command text="slipway variable-set create aws-credentials" />}>
                A variable set holds variables that several workspaces share: credentials of a cloud account, a region, a proxy.
                Give it to projects, to workspaces, by tags, or to every workspace.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={list.data?.meta} shown={rows?.length ?? 0} onPage={(page) => change({ page })} />
      <NewSetDialog organization={organization} isOpen={isMaking} onClose={() => setMaking(false)} />
    </>
  )
}

function columns(organization: string): readonly Column<VariableSetRow>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Row gap={2}>
          <Link to={addresses.variableSet(organization, id)} look="name">
            {attributes.name}
          </Link>
          {attributes.priority && (
            <Badge size="sm" tone="neutral">
              priority
            </Badge>
          )}
        </Row>
      ),
    },
    { key: 'reach', title: 'Applies to', narrow: 'second', cell: (set) => <Text level={2}>{reach(set)}</Text> },
    { key: 'description', title: 'Description', isWide: true, from: 1024, cell: ({ attributes }) => <Text level={3}>{attributes.description}</Text> },
    { key: 'variables', title: 'Variables', align: 'end', cell: ({ attributes }) => <Text level={2}>{attributes['var-count']}</Text> },
    {
      key: 'changed',
      title: 'Changed',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['updated-at']} form="short" />
        </Text>
      ),
    },
  ]
}

function NewSetDialog({ organization, isOpen, onClose }: { organization: string; isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New variable set" size="md">
      {isOpen && <NewSetForm organization={organization} onClose={onClose} />}
    </Dialog>
  )
}

function NewSetForm({ organization, onClose }: { organization: string; onClose: () => void }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useForm({
    initial: NEW_SET,
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/varsets', {
        params: { path: { organization } },
        body: { data: { type: 'varsets', attributes: setAttributes(values) } },
      }),
    onDone: ({ data }) => {
      void freshVariables(queries)
      void navigate({ to: addresses.variableSet(organization, data.id) })
    },
  })
  const name = form.values.name.trim()
  return (
    <Form
      form={form}
      submit="Create variable set"
      isWide
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
      command={command('variable-set create', name === '' ? 'NAME' : quoted(name), ...setFlags(NEW_SET, form.values))}
    >
      <SetFields form={form} />
    </Form>
  )
}
