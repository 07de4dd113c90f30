// The organization's projects.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { total } from '@/lib/numbers'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { ProjectDialog } from './project-form'
import { type ProjectRow, projects } from './queries'

interface ListSearch {
  readonly q?: string | undefined
  readonly page?: number | undefined
}

const parseSearch = (raw: Readonly<Record<string, unknown>>): ListSearch => ({
  q: parameter.text(raw['q']),
  page: parameter.page(raw['page']),
})

export default function ProjectsPage() {
  const organization = useOrganization()
  const [search, change] = useSearchState(parseSearch)
  const [isMaking, setMaking] = useState(false)
  const list = useQuery({ ...projects(organization, search), placeholderData: keepPreviousData })
  const mayCreate =
    useQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } })).data?.data.attributes.permissions[
      'can-create-project'
    ] ?? true
  const rows = list.data?.data
  const pagination = list.data?.meta?.pagination
  return (
    <>
      <PageHead
        title="Projects"
        {...(pagination && { count: total(pagination['total-count']) })}
        actions={
          <Button
            look="primary"
            icon="plus"
            disabledReason={mayCreate ? null : 'Making projects needs project.create. Ask who administers the organization.'}
            onClick={() => setMaking(true)}
          >
            New project
          </Button>
        }
      />
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
          label="Projects"
          columns={columns(organization)}
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.project(organization, id)}
          isStale={list.isPlaceholderData}
          empty={
            search.q ? (
              <EmptyState title="No project has this in its name">Look for a shorter part of the name.</EmptyState>
            ) : (
              <EmptyState title="No projects that you may see" command={<Command text="slipway project create shop" />}>
                A project is a part of the organization: its workspaces, who may do what with them, and the variable sets that they
                share.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={list.data?.meta} shown={rows?.length ?? 0} onPage={(page) => change({ page })} />
      <ProjectDialog organization={organization} project={null} isOpen={isMaking} onClose={() => setMaking(false)} />
    </>
  )
}

function columns(organization: string): readonly Column<ProjectRow>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Row gap={2}>
          <Link to={addresses.project(organization, id)} look="name">
            {attributes.name}
          </Link>
          {attributes['is-default'] && <Tag isLine>default</Tag>}
        </Row>
      ),
    },
    {
      key: 'description',
      title: 'Description',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => <Text level={2}>{attributes.description ?? ''}</Text>,
    },
    {
      key: 'created',
      title: 'Created',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['created-at']} form="short" />
        </Text>
      ),
    },
  ]
}
