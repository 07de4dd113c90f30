// What was ordered from the catalog, and how it stands.
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Row } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Segmented } from '@/ui/segmented'
import { Skeleton } from '@/ui/skeleton'
import { Table } from '@/ui/table'
import { projectsOf, READ, type Resource, resourcesOf, templatesOf } from '../queries'
import { MOST_DRAWN } from './arranged'
import { BulkActions } from './bulk-actions'
import { columns } from './columns'
import { parseResources } from './search'
import styles from '../resources.module.css'

/** With what arranges it, which a list does not need. */
const Picture = lazy(() => import('./picture'))

const NOTHING = { text: undefined, project: undefined, template: undefined, version: undefined, state: undefined, label: undefined, stale: undefined, page: undefined }

/** As the resources that have it call it. */
function versionName(rows: readonly Resource[] | undefined, version: string): string {
  return rows?.find(({ attributes }) => attributes['source-code-version'] === version)?.attributes['version-name'] ?? version
}

export default function Resources() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [search, change] = useSearchState(parseResources)
  const { text, project, template, version, state, label, stale, sort, page, view } = search
  const isFiltered = Boolean(text ?? project ?? template ?? version ?? state ?? label ?? stale)
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set())
  const filters = {
    ...(text && { 'search[text]': text }),
    ...(project && { 'filter[project]': project }),
    ...(template && { 'filter[template]': template }),
    ...(version && { 'filter[version]': version }),
    ...(state && { 'filter[state]': state }),
    ...(label && { 'filter[label]': label }),
    ...(stale && { 'filter[stale]': stale === 'true' }),
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...resourcesOf(organization, {
      ...filters,
      ...(sort && { sort }),
      ...(page && { 'page[number]': page }),
      'page[size]': 50,
    }),
    placeholderData: (before) => before,
  })
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const templates = useQuery(templatesOf(organization)).data?.data ?? []
  const rows = data?.data as readonly Resource[] | undefined
  const isEmpty = rows?.length === 0 && !isFiltered
  const total = data?.meta?.pagination['total-count'] ?? 0
  const isPicture = view === 'picture' && total > 0
  const isListed = !isPicture || total > MOST_DRAWN
  // Who may order in one project only is not told before he chose it.
  const add = (
    <LinkButton look="primary" icon="plus" to={addresses.orderResource(organization)}>
      Order a resource
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Resources"
        count={data && total}
        meta="What was ordered from the catalog: each is one unit of infrastructure, of a template."
        actions={
          isEmpty ? undefined : (
            <>
              {stale === 'true' && (rows?.length ?? 0) > 0 && (
                <LinkButton icon="refresh" to={addresses.newWorkflow(organization)} search={{ kind: 'refresh' } as never}>
                  Bring all up to date
                </LinkButton>
              )}
              <Menu
                trigger={<IconButton icon="more" label="More actions" size="md" />}
                groups={[{ items: [{ title: 'Import what is running…', icon: 'download', to: addresses.importResource(organization) }] }]}
              />
              <LinkButton icon="change" to={addresses.resourceChanges(organization)}>
                Changes
              </LinkButton>
              {add}
            </>
          )
        }
      />
      {!isEmpty && (
        <div className={styles.bar}>
          <FilterBar
            text={{ name: 'text', placeholder: 'Filter by name' }}
            filters={[
              { name: 'project', title: 'Project', options: projects.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
              { name: 'template', title: 'Template', options: templates.map(({ id, attributes }) => ({ value: id, text: attributes.name })) },
              {
                name: 'state',
                title: 'State',
                options: [
                  { value: 'requested', text: 'Ordered' },
                  { value: 'provisioned', text: 'Provisioned' },
                  { value: 'destroyed', text: 'Destroyed' },
                ],
              },
              {
                name: 'stale',
                title: 'Up to date',
                options: [
                  { value: 'true', text: 'Stale' },
                  { value: 'false', text: 'Up to date' },
                ],
              },
              ...(version ? [{ name: 'version', title: 'Version', options: [{ value: version, text: versionName(rows, version) }] }] : []),
              { name: 'label', title: 'Label', placeholder: 'team=platform', isMono: true },
            ]}
            values={{ text, project, template, version, state, stale, label }}
            onChange={(changes) => void change({ ...changes, page: undefined } as never)}
          />
          <Segmented
            label="Shown as"
            value={view ?? 'list'}
            onChange={(chosen) => void change({ view: chosen === 'picture' ? chosen : undefined }, { replace: true })}
            options={[
              { value: 'list', text: 'List' },
              { value: 'picture', text: 'Picture' },
            ]}
          />
        </div>
      )}
      {isPicture && (
        <Suspense fallback={<Skeleton height={320} />}>
          <Picture organization={organization} filters={filters} total={total} />
        </Suspense>
      )}
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && isListed && (
        <Table
          label="Resources"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.resource(organization, id)}
          columns={columns(organization, new Map(projects.map(({ id, attributes }) => [id, attributes.name])))}
          isOff={({ attributes }) => attributes.state === 'destroyed'}
          sort={sort}
          onSort={(next) => void change({ sort: next, page: undefined })}
          isStale={isPlaceholderData}
          selection={selection}
          onSelection={setSelection}
          rowName={({ attributes }) => attributes.name}
          expected={5}
          empty={
            isFiltered ? (
              <EmptyState title="No resource is like that" action={<Button onClick={() => void change(NOTHING)}>Show all</Button>}>
                None of {organization} matches these filters.
              </EmptyState>
            ) : (
              <EmptyState
                title="Nothing was ordered yet"
                action={
                  <Row isWrapping>
                    {add}
                    <LinkButton icon="download" to={addresses.importResource(organization)}>
                      Import what is running
                    </LinkButton>
                  </Row>
                }
                command={<Command text="slipway resource create network --name shop" />}
              >
                A resource is a unit of infrastructure: a network, a database, a bucket. Choose a template, answer what it asks for, look at the
                plan, and say yes.
              </EmptyState>
            )
          }
        />
      )}
      <BulkActions organization={organization} selected={(rows ?? []).filter(({ id }) => selection.has(id))} onClear={() => setSelection(new Set())} />
      {isListed && <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />}
    </>
  )
}
