// One project: its workspaces, the variable sets that it was given, its settings and its end.
import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { count, total } from '@/lib/numbers'
import { parameter, useOrganization, useParam, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Split } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { workspaceStatus } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { ResourceOf } from '@/api/query'
import { ApprovalRules } from './approval-rules'
import { CatalogRules } from './catalog-rules'
import { DeleteProjectDialog } from './delete-dialog'
import { ProjectDialog } from './project-form'
import { isGivenTo, project, type ProjectRow, variableSets, workspacesOf } from './queries'
import styles from './project.module.css'

const parseSearch = (raw: Readonly<Record<string, unknown>>): { page?: number | undefined } => ({ page: parameter.page(raw['page']) })

export default function ProjectPage() {
  const organization = useOrganization()
  const { data: document } = useSuspenseQuery(project(useParam('project')))
  const shown = document.data
  const { name, description, permissions } = shown.attributes
  const isDefault = shown.attributes['is-default']
  const [search, change] = useSearchState(parseSearch)
  const [asked, setAsked] = useState<'change' | 'delete' | null>(null)
  const list = useQuery({ ...workspacesOf(organization, shown.id, search.page ?? 1), placeholderData: keepPreviousData })
  const rows = list.data?.data
  const pagination = list.data?.meta?.pagination
  const held = pagination?.['total-count']
  return (
    <>
      <PageHead
        title={name}
        status={isDefault ? <Tag isLine>default</Tag> : undefined}
        meta={description ?? undefined}
        crumbs={[{ title: 'Projects', to: addresses.projects(organization) }]}
        object={{ kind: 'project', id: shown.id, name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                {
                  items: [
                    {
                      title: 'Delete…',
                      icon: 'trash',
                      isDanger: true,
                      disabledReason: cannotDelete(shown, held),
                      onSelect: () => setAsked('delete'),
                    },
                  ],
                },
              ]}
            />
            <Button
              icon="edit"
              disabledReason={permissions['can-update'] ? null : 'Changing this project needs project.update. Ask who administers it.'}
              onClick={() => setAsked('change')}
            >
              Change
            </Button>
            {permissions['can-create-workspace'] && (
              <LinkButton to={addresses.newWorkspace(organization)} search={{ project: shown.id } as never} look="primary" icon="plus">
                New workspace
              </LinkButton>
            )}
          </>
        }
      />
      <Split
        aside={
          <>
            <Sets organization={organization} projectId={shown.id} />
            <ApprovalRules organization={organization} projectId={shown.id} />
            <CatalogRules projectId={shown.id} name={name} mayUpdate={permissions['can-update']} />
          </>
        }
      >
        <Section title="Workspaces" {...(held !== undefined && { count: total(held) })}>
          {list.error ? (
            <ErrorNotice error={toApiError(list.error)} onRetry={() => void list.refetch()} />
          ) : (
            <Table
              label="Workspaces"
              columns={columns(organization)}
              rows={rows}
              rowKey={({ id }) => id}
              rowTo={({ attributes }) => addresses.workspace(organization, attributes.name)}
              isStale={list.isPlaceholderData}
              empty={
                <EmptyState
                  title={`No workspaces in ${name} yet`}
                  command={<Command text={`slipway workspace create NAME --project ${name}`} />}
                >
                  A workspace is one configuration with its variables, its state and its runs. Make one here, or move one here in its
                  settings.
                </EmptyState>
              }
            />
          )}
          <Pager meta={list.data?.meta} shown={rows?.length ?? 0} onPage={(page) => change({ page })} />
        </Section>
      </Split>
      <ProjectDialog
        organization={organization}
        project={shown}
        etag={document.etag}
        isOpen={asked === 'change'}
        onClose={() => setAsked(null)}
      />
      <DeleteProjectDialog organization={organization} project={shown} isOpen={asked === 'delete'} onClose={() => setAsked(null)} />
    </>
  )
}

function cannotDelete({ attributes }: ProjectRow, held: number | undefined): string | null {
  if (attributes['is-default']) return 'This is where new workspaces land when no project is named; it stays.'
  if (!attributes.permissions['can-destroy']) return 'Deleting this project needs project.delete. Ask who administers it.'
  if (held) return `${attributes.name} still has ${count(held)} ${held === 1 ? 'workspace' : 'workspaces'}. Move or delete ${held === 1 ? 'it' : 'them'} first.`
  return null
}

/** The variable sets that the project's workspaces get, beside them. */
function Sets({ organization, projectId }: { organization: string; projectId: string }) {
  const { data, error } = useQuery(variableSets(organization))
  const sets = (data?.data ?? []).filter((set) => set.attributes.global || isGivenTo(set, projectId))
  return (
    <Section title="Variable sets" {...(data && { count: sets.length })} isRuled>
      {error && <ErrorNotice error={toApiError(error)} />}
      {data && sets.length === 0 && (
        <p className={styles.none}>
          None is given to it. <Link to={addresses.variableSets(organization)}>Variable sets</Link> hold what its workspaces share.
        </p>
      )}
      <ul>
        {sets.map((set) => (
          <li key={set.id} className={styles.set}>
            <Icon name="variables" />
            <Link to={addresses.variableSet(organization, set.id)} look="name">
              {set.attributes.name}
            </Link>
            <Text level={3} isSmall>
              {set.attributes.global ? 'for every workspace' : `${set.attributes['var-count']} variables`}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function columns(organization: string): readonly Column<ResourceOf<'Workspace'>>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      narrow: 'first',
      cell: ({ attributes }) => (
        <Link to={addresses.workspace(organization, attributes.name)} look="name">
          {attributes.name}
        </Link>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => <Status of="workspace" value={workspaceStatus(attributes['latest-run-status'])} />,
    },
    {
      key: 'resources',
      title: 'Resources',
      align: 'end',
      cell: ({ attributes }) => <Text level={2}>{count(attributes['resource-count'])}</Text>,
    },
    {
      key: 'changed',
      title: 'Changed',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Text level={3}>
          <Time at={attributes['latest-change-at']} form="short" />
        </Text>
      ),
    },
  ]
}
