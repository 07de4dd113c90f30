// The roles of a team or service account, each with the place where it holds.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { GiveRole } from './give-role'
import type { Subject } from './subject'

type Assignment = ResourceOf<'RoleAssignment'>

export function Assignments({ organization, subject }: { organization: string; subject: Subject }) {
  const allowed = useAllowed(organization)
  const refusal = allowed.refusal('organization.access.manage')
  const unseen = allowed.refusal('organization.access.read')
  const [isGiving, setGiving] = useState(false)
  const [taken, setTaken] = useState<Assignment | null>(null)
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/role-assignments', {
      params: { path: { organization }, query: { 'filter[subject]': subject.id, 'page[size]': 100 } },
    }),
    enabled: unseen === null,
  })
  const roles = useQuery({
    ...get('/api/v2/organizations/{organization}/roles', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
    enabled: unseen === null,
  }).data?.data
  const described = new Map((roles ?? []).map(({ attributes }) => [attributes.name as string, attributes.description]))
  const give = (
    <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setGiving(true)}>
      Give a role…
    </Button>
  )
  if (unseen) {
    return (
      <Section title="Access">
        <Text level={3}>Which roles {subject.name} holds is not for everybody. {unseen}</Text>
      </Section>
    )
  }
  return (
    <Section
      title="Access"
      count={data && data.data.length > 0 ? data.data.length : undefined}
      actions={
        <>
          <Link
            to={addresses.settings(organization, 'access')}
            search={{ subject: subject.id } as never}
          >
            What may {subject.name} do?
          </Link>
          {data?.data.length !== 0 && give}
        </>
      }
    >
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Roles held"
          rows={data?.data}
          rowKey={(one) => one.id}
          columns={columns(organization, described, refusal, setTaken)}
          hasKeys={false}
          expected={2}
          empty={
            <EmptyState title="No roles yet" action={give} command={<Command text={`slipway role assign read --to ${subject.name}`} />}>
              {subject.name} may do nothing until a role is given: in the whole organization, in a project, or in one workspace.
            </EmptyState>
          }
        />
      )}
      {isGiving && <GiveRole organization={organization} subject={subject} roles={roles ?? []} onClose={() => setGiving(false)} />}
      <TakeRole organization={organization} subject={subject} assignment={taken} onClose={() => setTaken(null)} />
    </Section>
  )
}

function columns(
  organization: string,
  described: ReadonlyMap<string, string>,
  refusal: string | null,
  onTake: (assignment: Assignment) => void,
): readonly Column<Assignment>[] {
  return [
    { key: 'role', title: 'Role', narrow: 'first', cell: ({ attributes }) => <Tag isMono>{attributes.role}</Tag> },
    { key: 'scope', title: 'In', narrow: 'second', cell: ({ attributes }) => <Text>{placeOf(organization, attributes)}</Text> },
    {
      key: 'means',
      title: 'Holders can',
      isWide: true,
      from: 1024,
      cell: ({ attributes }) => <Text level={3}>{described.get(attributes.role) ?? ''}</Text>,
    },
    {
      key: 'take',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (one) => (
        <IconButton icon="trash" label={`Take ${one.attributes.role} away`} disabledReason={refusal} onClick={() => onTake(one)} />
      ),
    },
  ]
}

/** `project shop`; the organization is named by its own name. */
function placeOf(organization: string, attributes: ResourceOf<'RoleAssignment'>['attributes']): string {
  return attributes['scope-name'] ?? (attributes.scope === organization ? 'the whole organization' : attributes.scope)
}

interface TakeRoleProps {
  organization: string
  subject: Subject
  assignment: Assignment | null
  onClose: () => void
}

function TakeRole({ organization, subject, assignment, onClose }: TakeRoleProps) {
  const queries = useQueryClient()
  const take = async () => {
    if (!assignment) return
    await call('delete', '/api/v2/role-assignments/{role_assignment}', { params: { path: { role_assignment: assignment.id } } })
    await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/role-assignments') })
  }
  return (
    <ConfirmDialog
      isOpen={assignment !== null}
      onClose={onClose}
      title={`Take ${assignment?.attributes.role} from ${subject.name}?`}
      verb="Take role away"
      isDanger
      onConfirm={take}
    >
      <Stack gap={3}>
        <p>
          {subject.kind === 'team' ? 'Its members' : 'It'} may at once do nothing of it in{' '}
          {assignment && placeOf(organization, assignment.attributes)}, unless another role allows it.
        </p>
        <Command text={`slipway role unassign ${assignment?.id} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
