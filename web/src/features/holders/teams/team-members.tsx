// Who is in a team.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, type ResourceOf, stale } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Who } from '@/ui/who'
import { AddToTeam } from './add-to-team'

type User = ResourceOf<'User'>

export function TeamMembers({ organization, team }: { organization: string; team: ResourceOf<'Team'> }) {
  const queries = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<User | null>(null)
  const { data, error, refetch } = useQuery(get('/api/v2/teams/{team}/users', { params: { path: { team: team.id } } }))
  const { name, permissions } = team.attributes
  const refusal = permissions['can-update-membership'] ? null : `You need the permission organization.access.teams for this. Ask an administrator of ${organization}.`
  const changed = () => {
    void queries.invalidateQueries({ queryKey: stale('/api/v2/teams/{team}/users') })
    void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/teams') })
  }
  const remove = async () => {
    if (!removed) return
    await call('delete', '/api/v2/teams/{team}/relationships/users', {
      params: { path: { team: team.id } },
      body: { data: [{ type: 'users', id: removed.id }] },
    })
    changed()
  }
  const add = (
    <Button size="sm" icon="plus" disabledReason={refusal} onClick={() => setAdding(true)}>
      Add people…
    </Button>
  )
  return (
    <Section title="Members" count={data && data.data.length > 0 ? data.data.length : undefined} actions={data?.data.length === 0 ? undefined : add}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Members of the team"
          rows={data?.data as readonly User[] | undefined}
          rowKey={(user) => user.id}
          columns={columns(refusal, setRemoved)}
          expected={3}
          empty={
            <EmptyState title="Nobody is in it" action={add} command={<Command text={`slipway team add ${name} ada bob`} />}>
              Members of {organization} can be added. What the team may do, they may from the next request on.
            </EmptyState>
          }
        />
      )}
      {isAdding && (
        <AddToTeam
          organization={organization}
          team={team}
          present={(data?.data ?? []).map(({ id }) => id)}
          onChanged={changed}
          onClose={() => setAdding(false)}
        />
      )}
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Remove ${removed?.attributes.username} from ${name}?`}
        verb="Remove"
        isDanger
        onConfirm={remove}
      >
        <Stack gap={3}>
          <p>They lose at once what only this team let them do.</p>
          <Command text={`slipway team remove ${name} ${removed?.attributes.username}`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

const columns = (refusal: string | null, onRemove: (user: User) => void): readonly Column<User>[] => [
  {
    key: 'name',
    title: 'Name',
    isWide: true,
    narrow: 'first',
    cell: ({ attributes }) => (
      <Who name={attributes.username} kind={attributes['is-service-account'] ? 'service-account' : 'user'} />
    ),
  },
  {
    key: 'remove',
    title: '',
    align: 'end',
    narrow: 'end',
    cell: (user) => (
      <IconButton
        icon="trash"
        label={`Remove ${user.attributes.username}`}
        disabledReason={refusal}
        onClick={() => onRemove(user)}
      />
    ),
  },
]
