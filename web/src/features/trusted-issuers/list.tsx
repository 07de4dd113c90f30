// The issuers whose programs an organization lets in.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { NewIssuer } from './new-issuer'

type Issuer = ResourceOf<'TrustedIssuer'>

export default function TrustedIssuers() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand('organization.access.read')
  const refusal = allowed.refusal('organization.access.manage')
  const [isAsking, setAsking] = useState(false)
  const { data, error, refetch } = useQuery(
    get('/api/v2/organizations/{organization}/trusted-issuers', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
  )
  const to = (id: string) => `${addresses.settings(organization, 'trusted-issuers')}/${id}`
  const isEmpty = data?.data.length === 0
  const add = (
    <Button look="primary" icon="plus" disabledReason={refusal} onClick={() => setAsking(true)}>
      Trust an issuer
    </Button>
  )
  return (
    <>
      <PageHead
        title="Trusted issuers"
        count={data?.meta?.pagination['total-count']}
        meta="GitHub Actions, GitLab, Kubernetes and others give their programs signed tokens. By a rule, one gets a short token of a service account for it."
        actions={isEmpty ? undefined : add}
      />
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Trusted issuers"
          rows={data?.data as readonly Issuer[] | undefined}
          rowKey={(issuer) => issuer.id}
          rowTo={(issuer) => to(issuer.id)}
          columns={columns(to)}
          expected={2}
          empty={
            <EmptyState
              title="No other system is trusted"
              action={add}
              command={<Command text="slipway trusted-issuer create github --issuer https://token.actions.githubusercontent.com" />}
            >
              Let a pipeline plan and apply without keeping a token in it: what its own system signs is enough.
            </EmptyState>
          }
        />
      )}
      {isAsking && <NewIssuer organization={organization} onClose={() => setAsking(false)} to={to} />}
    </>
  )
}

const columns = (to: (id: string) => string): readonly Column<Issuer>[] => [
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
  { key: 'rules', title: 'Rules', align: 'end', narrow: 'end', cell: ({ attributes }) => attributes.rules.length },
]
