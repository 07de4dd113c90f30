// The versions of a template: the newest first, with how far each is published.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { parameter, useOrganization, useParam, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Commit } from '@/ui/commit'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { NewVersion } from './new-version'
import { MANAGE_TEMPLATES, type Version, versionsOf } from './queries'

const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ page: parameter.page(raw['page']) })

export default function Versions() {
  const organization = useOrganization()
  const template = useParam('template')
  const refusal = useAllowed(organization).refusal(MANAGE_TEMPLATES)
  const { attributes } = useSuspenseQuery(get('/api/v2/templates/{template}', { params: { path: { template } } })).data.data
  const [search, setSearch] = useSearchState(parseSearch)
  const [isMaking, setMaking] = useState(false)
  const { data, error, refetch } = useQuery(versionsOf(organization, template, search.page))
  const rows = data?.data as readonly Version[] | undefined
  const groupRefusal = attributes['is-abstract'] ? 'A group has no code, and so no versions.' : null
  const add = (
    <Button look="primary" icon="plus" disabledReason={groupRefusal ?? refusal} onClick={() => setMaking(true)}>
      New version
    </Button>
  )
  return (
    <Section title="Versions" count={data?.meta?.pagination['total-count']} about="The code of a module at one commit each. It never changes by itself." actions={rows?.length === 0 ? undefined : add}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Versions"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.templateVersion(organization, template, id)}
          columns={columns(organization, template)}
          isOff={({ attributes: { lifecycle } }) => lifecycle === 'archived'}
          expected={3}
          empty={
            <EmptyState
              title={`${attributes.name} has no code yet`}
              action={add}
              command={<Command text={`slipway source-code-version create ${attributes.key} --source-code modules --tag v1.0.0 --directory modules/${attributes.key}`} />}
            >
              A version is the code of a module of a source code, at a tag, a branch or a commit. People order the one that is active.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => void setSearch({ page })} />
      {isMaking && <NewVersion organization={organization} template={{ id: template, key: attributes.key }} onClose={() => setMaking(false)} />}
    </Section>
  )
}

const columns = (organization: string, template: string): readonly Column<Version>[] => [
  {
    key: 'ref',
    title: 'Version',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Row gap={2}>
        <Icon name={attributes['ref-kind'] === 'tag' ? 'tag' : attributes['ref-kind'] === 'branch' ? 'branch' : 'commit'} label={attributes['ref-kind']} />
        <Link to={addresses.templateVersion(organization, template, id)} look="name">
          {attributes.ref}
        </Link>
        {attributes['is-recommended'] && <Badge size="sm">recommended</Badge>}
      </Row>
    ),
  },
  {
    key: 'lifecycle',
    title: 'Published',
    narrow: 'end',
    cell: ({ attributes }) => (attributes.status === 'failed' ? <Status of="health" value="failed" /> : <Status of="lifecycle" value={attributes.lifecycle} />),
  },
  { key: 'notes', title: 'For those before it', isWide: true, narrow: 'second', cell: ({ attributes }) => <Weight notes={attributes.notes} /> },
  {
    key: 'from',
    title: 'Made of',
    from: 1024,
    cell: ({ attributes }) => (
      <Text isMono level={2}>
        {attributes['source-code']}
        {attributes.directory && `: ${attributes.directory}`}
      </Text>
    ),
  },
  {
    key: 'commit',
    title: 'Commit',
    from: 1240,
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Commit sha={attributes.commit} />
        {(attributes['moved-to'] || attributes['is-ref-gone']) && (
          <Badge size="sm" tone="warning">
            {attributes['is-ref-gone'] ? 'ref gone' : 'moved on'}
          </Badge>
        )}
      </Row>
    ),
  },
  { key: 'made', title: 'Made', align: 'end', from: 1024, cell: ({ attributes }) => <Time at={attributes['created-at']} form="short" /> },
]

function Weight({ notes }: { notes: Version['attributes']['notes'] }) {
  const breaking = notes.filter(({ weight }) => weight === 'breaking').length
  if (breaking > 0) return <Badge tone="danger">{counted(breaking, 'breaking change')}</Badge>
  return <Text level={3}>{notes.length === 0 ? '–' : counted(notes.length, 'change')}</Text>
}
