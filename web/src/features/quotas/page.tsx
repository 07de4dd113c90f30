// How many apps and units there may be: of the organization, and of each project.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { type Limited, type Quota, quotaOf } from '@/lib/quota'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { QuotaDialog, Taken } from '@/ui/quota'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'

type Project = ResourceOf<'Project'>

const READ = 'app.read'
const MANAGE = 'app-quota.manage'

const parseQuotas = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']) })

interface Asked {
  readonly of: Limited
  readonly quota: Quota
}

export default function Quotas() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [{ page }, change] = useSearchState(parseQuotas)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 20, ...(page && { 'page[number]': page }) } } }),
    placeholderData: (before) => before,
  })
  const rows = data?.data as readonly Project[] | undefined
  return (
    <>
      <PageHead title="Quotas" meta="How many apps and units there may be. Units count as they shall run, also while an app is stopped, so that it can start again." />
      <Stack gap={6}>
        <OfOrganization organization={organization} onAsk={setAsked} />
        <Section title="Projects" count={data?.meta?.pagination['total-count']} about="Each within the organization's. One app's units are limited in its own settings.">
          {error && !data ? (
            <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
          ) : (
            <Table label="Quotas of projects" rows={rows} rowKey={({ id }) => id} columns={columns(organization, allowed.refusal(MANAGE), setAsked)} hasKeys={false} expected={3} empty={<Text level={3}>There are none.</Text>} />
          )}
          <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
        </Section>
        <Command text="slipway quota show" />
      </Stack>
      {asked && <QuotaDialog of={asked.of} quota={asked.quota} onClose={() => setAsked(null)} />}
    </>
  )
}

function OfOrganization({ organization, onAsk }: { organization: string; onAsk: (asked: Asked) => void }) {
  const of: Limited = { kind: 'organization', id: organization, name: organization }
  const { data, error, refetch } = useQuery({ ...quotaOf(of), retry: false })
  const user = useQuery({ ...get('/api/v2/account/details'), retry: false }).data?.data.attributes
  const quota = data?.data.attributes
  const cannot = user && !user['is-site-admin'] ? 'Administrators of the site say how much an organization may have. Ask one of them.' : null
  return (
    <Section
      title={organization}
      isRuled
      actions={
        quota && (
          <Button icon="edit" disabledReason={cannot} onClick={() => onAsk({ of, quota })}>
            Change…
          </Button>
        )
      }
    >
      {quota ? (
        <KeyValue
          entries={[
            ['Apps', <Taken key="apps" used={quota['apps-used']} most={quota.apps} of="apps" />],
            ['Units', <Taken key="units" used={quota['units-used']} most={quota.units} of="units" />],
          ]}
        />
      ) : error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Skeleton width="40%" />
      )}
    </Section>
  )
}

const limited = ({ id, attributes }: Project): Limited => ({ kind: 'project', id, name: attributes.name })

const columns = (organization: string, cannot: string | null, onAsk: (asked: Asked) => void): readonly Column<Project>[] => [
  {
    key: 'name',
    title: 'Project',
    narrow: 'first',
    isWide: true,
    cell: ({ id, attributes }) => (
      <Link to={addresses.project(organization, id)} look="name">
        {attributes.name}
      </Link>
    ),
  },
  { key: 'apps', title: 'Apps', narrow: 'second', cell: (project) => <OfProject project={project} of="apps" /> },
  { key: 'units', title: 'Units', narrow: 'second', cell: (project) => <OfProject project={project} of="units" /> },
  { key: 'do', title: 'Change', align: 'end', narrow: 'end', cell: (project) => <Change project={project} cannot={cannot} onAsk={onAsk} /> },
]

function OfProject({ project, of }: { project: Project; of: 'apps' | 'units' }) {
  const { data, error } = useQuery({ ...quotaOf(limited(project)), retry: false })
  if (error && !data) return <Text level={3}>not for you</Text>
  const quota = data?.data.attributes
  return quota ? <Taken used={quota[`${of}-used`]} most={quota[of]} of={of} /> : null
}

function Change({ project, cannot, onAsk }: { project: Project; cannot: string | null; onAsk: (asked: Asked) => void }) {
  const quota = useQuery({ ...quotaOf(limited(project)), retry: false }).data?.data.attributes
  return (
    <IconButton
      icon="edit"
      label={`Change the quota of ${project.attributes.name}`}
      disabledReason={cannot ?? (quota ? null : 'You may not see its apps.')}
      onClick={() => quota && onAsk({ of: limited(project), quota })}
    />
  )
}
