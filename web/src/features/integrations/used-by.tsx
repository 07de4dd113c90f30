// What uses an integration, as far as the caller may see it.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { objectAddress, objectIcon, objectWord } from '@/lib/objects'
import { ErrorNotice } from '@/ui/alert'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import type { Integration } from './values'

type Use = ResourceOf<'IntegrationUse'>

export function UsedBy({ organization, integration }: { organization: string; integration: Integration }) {
  const { data, error, refetch } = useQuery(
    get('/api/v2/integrations/{integration}/used-by', { params: { path: { integration: integration.id }, query: { 'page[size]': 100 } } }),
  )
  const rows = data?.data as readonly Use[] | undefined
  return (
    <Section title="Used by" count={rows?.length ? data?.meta?.pagination['total-count'] : undefined}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : rows?.length === 0 ? (
        <Text level={3}>Nothing that you may see uses it.</Text>
      ) : (
        <Table label="Used by" rows={rows} rowKey={({ id }) => id} columns={columns(organization)} hasKeys={false} expected={2} />
      )}
    </Section>
  )
}

const columns = (organization: string): readonly Column<Use>[] => [
  {
    key: 'what',
    title: 'What',
    isWide: true,
    narrow: 'first',
    cell: ({ id, attributes }) => {
      const to = objectAddress(organization, attributes.kind, id, attributes.name)
      return (
        <Row gap={2}>
          <Icon name={objectIcon(attributes.kind)} label={objectWord(attributes.kind)} />
          {to ? (
            <Link to={to} look="name">
              {attributes.name}
            </Link>
          ) : (
            <Text isStrong>{attributes.name}</Text>
          )}
        </Row>
      )
    },
  },
  { key: 'why', title: 'What for', narrow: 'second', cell: ({ attributes }) => <Text level={2}>{attributes.why.replaceAll('-', ' ')}</Text> },
]
