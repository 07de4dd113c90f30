// Members and invitations of an organization.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { type Filter, FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { Table } from '@/ui/table'
import { memberColumns } from './columns'
import { Invite } from './invite'
import { RemoveMember } from './remove-member'
import { Resend } from './resend'
import { parseMembers } from './search'
import { useRolesAndTeams } from './roles-and-teams'

type Member = ResourceOf<'OrganizationMembership'>

const FILTERS: readonly Filter[] = [
  {
    name: 'status',
    title: 'Status',
    options: [
      { value: 'active', text: 'Active' },
      { value: 'invited', text: 'Invited' },
    ],
  },
]

export default function Members() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('organization.access.read')
  const [{ page = 1, status, q, invite }, change] = useSearchState(parseMembers)
  const [removed, setRemoved] = useState<Member | null>(null)
  const [resent, setResent] = useState<Member | null>(null)
  const known = useRolesAndTeams(organization)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/organizations/{organization}/organization-memberships', {
      params: {
        path: { organization },
        query: { 'page[number]': page, 'page[size]': 50, ...(status && { 'filter[status]': status }), ...(q && { q }) },
      },
    }),
    placeholderData: (before) => before,
  })
  const refusal = allowed.refusal('organization.access.members')
  const add = (
    <Button look="primary" icon="mail" disabledReason={refusal} onClick={() => void change({ invite: true })}>
      Invite…
    </Button>
  )
  return (
    <>
      <PageHead
        title="Members"
        count={data?.meta?.pagination['total-count']}
        meta="Who belongs here, with the roles in the whole organization and the teams that bring more."
        actions={data?.data.length === 0 && !q && !status ? undefined : add}
      />
      <FilterBar
        filters={FILTERS}
        values={{ status, q }}
        text={{ name: 'q', placeholder: 'Name or mail address' }}
        onChange={(changes) => void change({ ...changes, page: undefined } as never)}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Members"
          rows={data?.data}
          rowKey={(member) => member.id}
          columns={memberColumns({ organization, known, refusal, onResend: setResent, onRemove: setRemoved })}
          isStale={isPlaceholderData}
          isOff={({ attributes }) => attributes.status === 'invited'}
          empty={
            <EmptyState
              title={q || status ? 'Nobody like that' : 'Nobody here yet'}
              action={q || status ? undefined : add}
              command={q || status ? undefined : <Command text="slipway member invite ada@example.org --role write" />}
            >
              {q || status
                ? 'Nobody matches the filters. Remove one, or look for another part of the name.'
                : 'Members see what their roles and teams let them see. An invitation is a link that works once, for a week.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(to) => void change({ page: to })} />
      {invite && !refusal && (
        <Invite organization={organization} known={known} onClose={() => void change({ invite: undefined }, { replace: true })} />
      )}
      {resent && <Resend member={resent} onClose={() => setResent(null)} />}
      <RemoveMember organization={organization} member={removed} onClose={() => setRemoved(null)} />
    </>
  )
}
