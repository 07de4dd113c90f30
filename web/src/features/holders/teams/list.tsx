// The teams of an organization.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { parseTeams } from './search'
import { TeamForm } from './team-form'

type Team = ResourceOf<'Team'>

export default function Teams() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal('organization.access.teams')
  const [{ page = 1, q, new: isNew }, change] = useSearchState(parseTeams)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/teams', {
      params: { path: { organization }, query: { 'page[number]': page, 'page[size]': 50, ...(q && { q }) } },
    }),
    placeholderData: (before) => before,
  })
  const to = (id: string) => `${addresses.settings(organization, 'teams')}/${id}`
  const close = () => void change({ new: undefined }, { replace: true })
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => void change({ new: true })}>
      New team
    </Button>
  )
  return (
    <>
      <PageHead
        title="Teams"
        count={data?.meta?.pagination['total-count']}
        meta="Roles are given to teams, and whoever is in a team has them."
        actions={data?.data.length === 0 && !q ? undefined : add}
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
          label="Teams"
          rows={data?.data}
          rowKey={(team) => team.id}
          rowTo={(team) => to(team.id)}
          columns={columns(to)}
          isStale={isPlaceholderData}
          empty={
            <EmptyState
              title={q ? 'No team is called like that' : 'No teams yet'}
              action={q ? undefined : add}
              command={q ? undefined : <Command text="slipway team create platform --visible" />}
            >
              {q
                ? 'Look for another part of the name.'
                : 'Give roles to a team once, then add and remove people. A team can also follow a group of your identity provider.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(next) => void change({ page: next })} />
      {isNew && !refusal && (
        <Dialog isOpen onClose={close} title="New team" size="md">
          <TeamForm organization={organization} team={null} onDone={(team) => void navigate({ to: to(team.id) })} />
        </Dialog>
      )}
    </>
  )
}

const columns = (to: (id: string) => string): readonly Column<Team>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={to(id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'description',
    title: 'What it is for',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => <Text level={2}>{attributes.description ?? ''}</Text>,
  },
  {
    key: 'follows',
    title: 'Follows group',
    from: 1024,
    cell: ({ attributes }) =>
      attributes['sso-team-id'] ? <Tag isMono>{attributes['sso-team-id']}</Tag> : <Text level={3}>none</Text>,
  },
  {
    key: 'visible',
    title: 'Seen by',
    from: 1240,
    cell: ({ attributes }) => <Text level={2}>{attributes.visibility === 'secret' ? 'its members' : 'everybody here'}</Text>,
  },
  { key: 'members', title: 'Members', align: 'end', narrow: 'end', cell: ({ attributes }) => attributes['users-count'] },
]
