// The site's identity providers.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'

type Provider = ResourceOf<'IdentityProvider'>

const to = (id: string) => `${addresses.admin('identity-providers')}/${id}`

const COMMAND =
  'slipway identity-provider create dex --issuer https://dex.example.com --client-id slipway --client-secret - < secret.txt'

export default function IdentityProviders() {
  const { data, error, refetch } = useQuery(get('/api/v2/identity-providers', { params: { query: { 'page[size]': 100 } } }))
  const isEmpty = data?.data.length === 0
  const add = (
    <LinkButton look="primary" icon="plus" to={to('new')}>
      New provider
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Identity providers"
        count={data?.meta?.pagination['total-count']}
        meta="OpenID Connect providers with a button on the sign-in page. Their groups become teams."
        actions={isEmpty ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Identity providers"
          rows={data?.data as readonly Provider[] | undefined}
          rowKey={(provider) => provider.id}
          rowTo={(provider) => to(provider.id)}
          columns={COLUMNS}
          isOff={({ attributes }) => !attributes['is-enabled']}
          expected={2}
          empty={
            <EmptyState title="People sign in with passwords only" action={add} command={<Command text={COMMAND} />}>
              Connect Dex, Google, Entra ID, Okta, Keycloak, GitLab or any other OpenID Connect provider: people sign in there, and their
              groups become teams here.
            </EmptyState>
          }
        />
      )}
    </>
  )
}

const COLUMNS: readonly Column<Provider>[] = [
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
    key: 'issuer',
    title: 'Issuer',
    isWide: true,
    narrow: 'second',
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes.issuer}
      </Text>
    ),
  },
  {
    key: 'newcomers',
    title: 'Newcomers',
    from: 1240,
    cell: ({ attributes }) => (
      <Text level={2}>
        {attributes['creates-accounts'] ? 'get an account' : attributes['links-by-email'] ? 'get the account of their address' : 'are refused'}
      </Text>
    ),
  },
  {
    key: 'groups',
    title: 'Groups',
    from: 1024,
    cell: ({ attributes }) =>
      attributes['groups-claim'] ? (
        <Text isMono level={2}>
          {attributes['groups-claim']}
        </Text>
      ) : (
        <Text level={3}>not used</Text>
      ),
  },
  {
    key: 'state',
    title: 'State',
    narrow: 'end',
    cell: ({ attributes }) => <Status of="health" value={attributes['is-enabled'] ? 'ok' : 'off'} />,
  },
]
