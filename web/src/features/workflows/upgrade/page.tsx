// Which versions the resources of a template have, and taking them to another one.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { parameter, useOrganization, useParam, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Badge } from '@/ui/badge'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import type { Schema } from '@/api/query'
import { templateBy, type Upgrade, upgradesOf } from '../queries'
import { UpgradeForm } from './form'

const parseUpgrade = (raw: Readonly<Record<string, unknown>>) => ({
  /** Ids of those that were chosen before. */
  resources: parameter.list(raw['resources']),
})

export default function UpgradePage() {
  const organization = useOrganization()
  const template = useParam('template')
  const { attributes } = useSuspenseQuery(templateBy(template)).data.data
  const [{ resources = [] }] = useSearchState(parseUpgrade)
  const { data, error, refetch } = useQuery(upgradesOf(organization))
  const upgrade = data?.data.find(({ id }) => id === template)?.attributes
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={160} />
  if (!upgrade) {
    return (
      <EmptyState
        title={`No resource of ${attributes.name} is there`}
        action={
          <LinkButton look="primary" icon="plus" to={addresses.orderResource(organization)} search={{ template: attributes.key } as never}>
            Order one
          </LinkButton>
        }
        command={<Command text="slipway template upgrades" />}
      >
        Here stands which versions its resources have, and they are taken to another one together.
      </EmptyState>
    )
  }
  return (
    <Stack gap={6}>
      <InUse organization={organization} template={template} upgrade={upgrade} />
      <UpgradeForm organization={organization} template={template} recommended={upgrade.recommended ?? ''} preferred={resources} />
    </Stack>
  )
}

type InUse = Schema<'VersionInUse'>

function InUse({ organization, template, upgrade }: { organization: string; template: string; upgrade: Upgrade }) {
  const { 'resource-count': all, 'recommended-count': good, recommended } = upgrade
  const about = recommended
    ? `${good} of ${counted(all, 'resource')} ${good === 1 ? 'has' : 'have'} the recommended version.`
    : 'No version is recommended: none is active.'
  return (
    <Section title="Versions in use" count={upgrade.versions.length} about={about}>
      <Stack gap={3}>
        <Table label="Versions in use" rows={upgrade.versions} rowKey={({ id }) => id} columns={columns(organization, template, recommended ?? '')} hasKeys={false} />
        <Command text="slipway template upgrades" />
      </Stack>
    </Section>
  )
}

const columns = (organization: string, template: string, recommended: string): readonly Column<InUse>[] => [
  {
    key: 'name',
    title: 'Version',
    narrow: 'first',
    isWide: true,
    cell: ({ id, name }) => (
      <Row gap={2} isWrapping>
        <Link to={addresses.templateVersion(organization, template, id)} look="name">
          {name}
        </Link>
        {id === recommended && <Badge size="sm">recommended</Badge>}
      </Row>
    ),
  },
  { key: 'lifecycle', title: 'Lifecycle', narrow: 'second', cell: ({ lifecycle }) => <Status of="lifecycle" value={lifecycle} /> },
  {
    key: 'count',
    title: 'Resources',
    align: 'end',
    narrow: 'end',
    cell: (one) => (
      <Text level={2}>
        <Link to={addresses.resources(organization)} search={{ template, version: one.id } as never}>
          {counted(one['resource-count'], 'resource')}
        </Link>
      </Text>
    ),
  },
]
