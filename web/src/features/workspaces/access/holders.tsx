// Who holds roles that count in the workspace: on itself, on its project, on the organization.
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, type ResourceOf, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Who } from '@/ui/who'
import { related, type WorkspaceRow } from '../queries'
import { command } from '../words'
import { holders } from './queries'
import { kindOf } from './subjects'

interface HoldersProps {
  organization: string
  workspace: WorkspaceRow
  mayManage: boolean
}

interface Held {
  readonly assignment: ResourceOf<'RoleAssignment'>
  readonly where: 'workspace' | 'project' | 'organization'
}

const WORDS = { workspace: 'this workspace', project: 'the project', organization: 'the organization' } as const

export function Holders({ organization, workspace, mayManage }: HoldersProps) {
  const queries = useQueryClient()
  const [taken, setTaken] = useState<Held | null>(null)
  const places = [
    ['workspace', workspace.id],
    ['project', related(workspace, 'project') ?? ''],
    ['organization', organization],
  ] as const
  const lists = useQueries({ queries: places.map(([, scope]) => holders(organization, scope)) })
  const error = lists.find((list) => list.error)?.error
  const isLoaded = lists.every((list) => list.data)
  const rows = isLoaded
    ? lists.flatMap((list, at) => (list.data?.data ?? []).map((assignment) => ({ assignment, where: places[at]?.[0] ?? 'workspace' })))
    : undefined
  // The server leaves out what the caller may not see, so that nothing at all means just that.
  const isHidden = (error && toApiError(error).status === 403) || (rows?.length === 0 && !mayManage)
  if (isHidden) {
    return (
      <EmptyState title="Who else holds a role is not for everybody to see">
        It needs organization.access.read. What you may do yourself can be asked above.
      </EmptyState>
    )
  }
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void Promise.all(lists.map((list) => list.refetch()))} />
  const take = async () => {
    if (!taken) return
    const params = { path: { role_assignment: taken.assignment.id } }
    await call('delete', '/api/v2/role-assignments/{role_assignment}', { params })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/role-assignments') })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/access-explanations') })
  }
  const name = taken?.assignment.attributes['subject-name'] ?? taken?.assignment.attributes.subject ?? ''
  const role = taken?.assignment.attributes.role ?? ''
  return (
    <>
      <Table
        label="Who holds a role here"
        columns={columns(mayManage, setTaken)}
        rows={rows}
        rowKey={({ assignment }) => assignment.id}
        hasKeys={false}
        expected={3}
        empty={<EmptyState title="Nobody holds a role here">Only the site's owners can do anything with it.</EmptyState>}
      />
      <ConfirmDialog
        isOpen={taken !== null}
        onClose={() => setTaken(null)}
        title={`Take the role ${role} from ${name}?`}
        verb="Take the role"
        isDanger
        onConfirm={take}
      >
        <Stack gap={3}>
          <p>From now on {name} may do here only what other roles allow. Ask above to see what that is.</p>
          <Command text={command('role unassign', taken?.assignment.id ?? '')} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

function columns(mayManage: boolean, onTake: (held: Held) => void): readonly Column<Held>[] {
  return [
    {
      key: 'who',
      title: 'Who',
      isWide: true,
      narrow: 'first',
      cell: ({ assignment: { attributes } }) => (
        <Who name={attributes['subject-name'] ?? attributes.subject} kind={kindOf(attributes.subject)} />
      ),
    },
    { key: 'role', title: 'Role', narrow: 'end', cell: ({ assignment }) => assignment.attributes.role },
    { key: 'where', title: 'Held on', narrow: 'second', cell: ({ where }) => <Text level={2}>{WORDS[where]}</Text> },
    {
      key: 'do',
      title: '',
      align: 'end',
      cell: (held) =>
        held.where === 'workspace' && (
          <IconButton
            icon="close"
            label="Take the role…"
            disabledReason={mayManage ? null : 'Taking roles needs organization.access.manage.'}
            onClick={() => onTake(held)}
          />
        ),
    },
  ]
}
