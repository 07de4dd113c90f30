// Tokens of an organization, its teams and its service accounts.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { type Filter, FilterBar } from '@/ui/filter-bar'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import type { Holder } from './holder'
import { NewToken } from './new-token'
import { KINDS, parseTokens } from './search'
import { TokenTable } from './token-table'

export default function OrganizationTokens() {
  const organization = useOrganization()
  useAllowed(organization).demand('organization.access.read')
  const [{ page = 1, kind, subject, new: isNew }, change] = useSearchState(parseTokens)
  const { data: document } = useSuspenseQuery(get('/api/v2/organizations/{organization}', { params: { path: { organization } } }))
  const { teams, accounts, names } = useHolders(organization)
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/authentication-tokens', {
      params: {
        path: { organization },
        query: {
          'page[number]': page,
          'page[size]': 50,
          ...(kind && { 'filter[kind]': kind }),
          ...(subject && { 'filter[subject]': subject }),
        },
      },
    }),
  )
  const settings = document.data.attributes
  const mayManage = settings.permissions['can-manage-access']
  const own: Holder = { kind: 'organization', id: settings['external-id'], name: organization }
  const holders: Holder[] = [
    ...(mayManage ? [own, ...accounts] : []),
    ...teams.filter((team) => team.mayMakeTokens),
  ]
  const refused = holders.length > 0 ? null : 'You may not make tokens here. It takes organization.access.manage, or a team that lets its members.'
  const add = (
    <Button look="primary" icon="plus" disabledReason={refused} onClick={() => void change({ new: true })}>
      New token
    </Button>
  )
  return (
    <>
      <PageHead
        title="Tokens"
        count={data?.meta?.pagination['total-count']}
        meta={`For programs: of teams, of service accounts and of ${organization} itself. People have their own, in their accounts.`}
        actions={data?.data.length === 0 ? undefined : add}
      />
      {(kind || subject || data?.data.length !== 0) && (
        <FilterBar
          filters={filters([...accounts, ...teams])}
          values={{ kind, subject }}
          onChange={(changes) => void change({ ...changes, page: undefined } as never)}
        />
      )}
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <TokenTable
          tokens={data?.data}
          names={new Map([...names, [own.id, organization]])}
          disabledReason={mayManage ? null : 'Only who holds organization.access.manage changes tokens of others.'}
          empty={
            <EmptyState title="No tokens here" action={add} command={<Command text="slipway service-account create-token ci --expires 90d" />}>
              A token of a service account is the way in for a program. A token of a team does what was given to the team.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={data?.data.length ?? 0} onPage={(to) => void change({ page: to })} />
      {isNew && holders.length > 0 && (
        <NewToken
          holders={holders}
          initial={subject}
          longest={settings['longest-token-days'] ?? null}
          onClose={() => void change({ new: undefined }, { replace: true })}
        />
      )}
    </>
  )
}

function filters(holders: readonly Holder[]): readonly Filter[] {
  return [
    { name: 'kind', title: 'Kind', options: KINDS.map((value) => ({ value, text: value.replace('-', ' ') })) },
    { name: 'subject', title: 'Of', options: holders.map(({ id, name }) => ({ value: id, text: name })) },
  ]
}

/** Teams and service accounts that the caller sees: the list of tokens has only their ids. */
function useHolders(organization: string) {
  const params = { path: { organization }, query: { 'page[size]': 100 } }
  const teamList = useQuery(get('/api/v2/organizations/{organization}/teams', { params })).data?.data ?? []
  const accountList = useQuery(get('/api/v2/organizations/{organization}/service-accounts', { params })).data?.data ?? []
  const poolList = useQuery(get('/api/v2/organizations/{organization}/agent-pools', { params })).data?.data ?? []
  const teams = teamList.map(({ id, attributes }) => ({
    kind: 'team' as const,
    id,
    name: attributes.name as string,
    mayMakeTokens: attributes.permissions['can-manage-tokens'],
  }))
  const accounts = accountList.map(({ id, attributes }) => ({ kind: 'service-account' as const, id, name: attributes.name as string }))
  const names = new Map([
    ...[...teams, ...accounts].map(({ id, name }) => [id, name] as const),
    ...poolList.map(({ id, attributes }) => [id, attributes.name as string] as const),
  ])
  return { teams, accounts, names }
}
