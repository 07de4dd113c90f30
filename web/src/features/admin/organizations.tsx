// All organizations of the site.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Form } from '@/ui/form'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { useForm } from '@/ui/use-form'
import { parseAdmin } from './search'

type Organization = ResourceOf<'Organization'>

export default function Organizations() {
  const [{ page = 1, q, new: isNew }, change] = useSearchState(parseAdmin)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations', {
      params: { query: { 'page[number]': page, 'page[size]': 50, ...(q && { 'search[name]': q }) } },
    }),
    placeholderData: (before) => before,
  })
  const isEmpty = data?.data.length === 0 && !q
  const add = (
    <Button look="primary" icon="plus" onClick={() => void change({ new: true })}>
      New organization
    </Button>
  )
  return (
    <>
      <PageHead
        title="Organizations"
        count={data?.meta?.pagination['total-count']}
        meta="All of the site. As its administrator you may do everything in each."
        actions={isEmpty ? undefined : add}
      />
      <FilterBar
        filters={[]}
        values={{ q }}
        text={{ name: 'q', placeholder: 'Name' }}
        onChange={(changes) => void change({ ...changes, page: undefined } as never)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Organizations"
          rows={data?.data as readonly Organization[] | undefined}
          rowKey={(organization) => organization.id}
          rowTo={({ attributes }) => addresses.organization(attributes.name)}
          columns={COLUMNS}
          isStale={isPlaceholderData}
          empty={
            <EmptyState
              title={q ? 'No organization is called like that' : 'No organization yet'}
              action={q ? undefined : add}
              command={q ? undefined : <Command text="slipway organization create acme" />}
            >
              {q ? 'Look for another part of the name.' : 'An organization holds projects, workspaces and the people who work on them.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && <NewOrganization onClose={() => void change({ new: undefined }, { replace: true })} />}
    </>
  )
}

const COLUMNS: readonly Column<Organization>[] = [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Link to={addresses.organization(attributes.name)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'email',
    title: 'Mail',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{attributes.email ?? 'no mail address'}</Text>,
  },
  {
    key: 'id',
    title: 'Id',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes['external-id']}
      </Text>
    ),
  },
  {
    key: 'made',
    title: 'Made',
    align: 'end',
    narrow: 'end',
    cell: ({ attributes }) => (
      <Text level={3}>
        <Time at={attributes['created-at']} form="short" />
      </Text>
    ),
  },
]

function NewOrganization({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initial: { name: '', email: '' },
    submit: ({ name, email }) =>
      call('post', '/api/v2/organizations', {
        body: { data: { type: 'organizations', attributes: { name: name.trim(), ...(email.trim() && { email: email.trim() }) } } },
      }),
    onDone: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations') })
      await navigate({ to: addresses.organization(data.attributes.name) })
    },
  })
  const { name, email } = form.values
  return (
    <Dialog isOpen onClose={onClose} title="New organization" size="md">
      <Form
        form={form}
        submit="Create organization"
        isWide
        command={`slipway organization create ${name || 'NAME'}${email ? ` --email ${email}` : ''}`}
      >
        <TextInput label="Name" isMono {...form.field('name')} placeholder="acme" autoFocus help="It stands in addresses. You own it." />
        <TextInput label="Mail address" type="email" isOptional {...form.field('email')} help="Whom to write to about it." />
      </Form>
    </Dialog>
  )
}
