// One git workspace: its repository, and how far the code of each resource is in it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { EditDialog } from './edit-dialog'
import { DELETE, type Member, membersOf, staleGitWorkspaces, UPDATE, useOpenGitWorkspace } from './queries'
import { requestWords } from './words'

export default function GitWorkspacePage() {
  const { organization, workspace, etag } = useOpenGitWorkspace()
  const { id, attributes } = workspace
  const allowed = useAllowed(organization)
  const mayUpdate = allowed.refusal(UPDATE)
  const [isDeleting, setDeleting] = useState(false)
  const [isEditing, setEditing] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => Promise.all(staleGitWorkspaces.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const synchronize = useMutation({
    mutationFn: () => call('post', '/api/v2/git-workspaces/{git_workspace}/actions/synchronize', { params: { path: { git_workspace: id } } }),
    onSuccess: () => toast({ text: 'The code of every resource is looked at.' }),
    onSettled: refresh,
  })
  const list = addresses.gitWorkspaces(organization)
  return (
    <>
      <PageHead
        title={attributes.name}
        meta={
          <Facts>
            {[
              <Text key="repository" isMono title={attributes.address}>
                {attributes.repository}
              </Text>,
              attributes['web-url'] ? (
                <Anchor key="forge" href={attributes['web-url']}>
                  At its forge
                </Anchor>
              ) : null,
              `on ${attributes.branch ?? 'its default branch'}`,
              attributes.directory ? `below ${attributes.directory}` : null,
              attributes.mode === 'pull-request' ? 'reviewed in pull requests' : null,
              attributes.description || null,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Git workspaces', to: list }]}
        object={{ kind: 'git-workspace', id, name: attributes.name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[{ items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setDeleting(true), disabledReason: allowed.refusal(DELETE) }] }]}
            />
            <Button icon="edit" disabledReason={mayUpdate} onClick={() => setEditing(true)}>
              Change
            </Button>
            <Button icon="refresh" isBusy={synchronize.isPending} disabledReason={mayUpdate} onClick={() => synchronize.mutate()}>
              Synchronize
            </Button>
          </>
        }
      />
      <Stack gap={4}>
        {synchronize.error && <ErrorNotice error={toApiError(synchronize.error)} />}
        <Members organization={organization} workspace={id} name={attributes.name} hasRequests={attributes.mode === 'pull-request'} />
        <Command text={`slipway git-workspace show ${attributes.name}`} />
      </Stack>
      {isEditing && <EditDialog workspace={workspace} etag={etag} onClose={() => setEditing(false)} />}
      {isDeleting && (
        <ConfirmDialog
          isOpen
          onClose={() => setDeleting(false)}
          title={`Delete the git workspace ${attributes.name}?`}
          verb="Delete git workspace"
          isDanger
          nameToType={attributes.name}
          onConfirm={async () => {
            await call('delete', '/api/v2/git-workspaces/{git_workspace}', {
              params: { path: { git_workspace: id } },
              ...(etag && { headers: { 'if-match': etag } }),
            })
            await navigate({ to: list })
            await refresh()
          }}
        >
          <Stack gap={3}>
            <p>What is in the repository stays there. While a project keeps its resources’ code in it, it stays: let that name another first.</p>
            <Command text={`slipway git-workspace delete ${attributes.name} --yes`} />
          </Stack>
        </ConfirmDialog>
      )}
    </>
  )
}

interface MembersProps {
  organization: string
  workspace: string
  name: string
  hasRequests: boolean
}

function Members({ organization, workspace, name, hasRequests }: MembersProps) {
  const [page, setPage] = useState(1)
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...membersOf(workspace, page), placeholderData: (before) => before })
  const rows = data?.data as readonly Member[] | undefined
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  return (
    <>
      <Table
        label="Resources"
        rows={rows}
        rowKey={({ id }) => id}
        rowTo={({ id }) => addresses.resource(organization, id)}
        columns={columns(organization, hasRequests || (rows ?? []).some(({ attributes }) => attributes['pull-request']))}
        isStale={isPlaceholderData}
        expected={3}
        empty={
          <EmptyState title="No code is in it yet" command={<Command text={`slipway git-workspace assign ${name} --project shop`} />}>
            A project says in its catalog rules where the code of its resources is kept: that of what is there is brought at once.
          </EmptyState>
        }
      />
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => setPage(next ?? 1)} />
    </>
  )
}

const REQUEST: Column<Member> = {
  key: 'request',
  title: 'Pull request',
  from: 1024,
  cell: ({ attributes: { 'pull-request': request } }) => (request ? <Anchor href={request['web-url']}>{requestWords(request)}</Anchor> : <Text level={3}>none</Text>),
}

/** `hasRequests`: its changes are pull requests, or were. */
function columns(organization: string, hasRequests: boolean): readonly Column<Member>[] {
  return [
    {
      key: 'name',
      title: 'Resource',
      narrow: 'first',
      cell: ({ id, attributes }) => (
        <Link to={addresses.resource(organization, id)} look="name">
          {attributes.name}
        </Link>
      ),
    },
    { key: 'status', title: 'Code', narrow: 'end', cell: ({ attributes }) => <Status of="gitCode" value={attributes.status} /> },
    {
      key: 'where',
      title: 'Where',
      narrow: 'second',
      isWide: true,
      cell: ({ attributes: { problem, branch, directory } }) => problem ?? <Text isMono level={2}>{branch ?? directory}</Text>,
    },
    ...(hasRequests ? [REQUEST] : []),
    {
      key: 'commit',
      title: 'Commit',
      from: 1024,
      cell: ({ attributes }) => {
        const commit = attributes['branch-commit'] ?? attributes.commit
        return commit ? (
          <Text isMono title={commit}>
            {commit.slice(0, 8)}
          </Text>
        ) : (
          <Text level={3}>none</Text>
        )
      },
    },
    { key: 'updated', title: 'Looked at', align: 'end', from: 1024, cell: ({ attributes }) => <Time at={attributes['updated-at']} form="short" /> },
  ]
}
