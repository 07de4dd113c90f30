// Services that can be ordered: templates of the catalog under a name, with what apps are given of them.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { Row } from '@/ui/layout'
import { Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { KeyTag, Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { DeleteServiceDialog, OfferDialog } from './dialogs'
import { MANAGE, projectsOf, READ, type Service, servicesOf } from './queries'
import { parseServices } from './search'
import { ServiceTabs } from './tabs'

type Asked = { readonly kind: 'offer' } | { readonly kind: 'change' | 'delete'; readonly service: Service }

export default function Services() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  allowed.demand(READ)
  const [{ text, page }, change] = useSearchState(parseServices)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch } = useQuery({ ...servicesOf(organization, text, page), placeholderData: (before) => before })
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data ?? []
  const names = new Map(projects.map(({ id, attributes }) => [id, attributes.name as string]))
  const rows = data?.data as readonly Service[] | undefined
  const isEmpty = rows?.length === 0 && !text
  const close = () => setAsked(null)
  const offer = (
    <Button look={isEmpty ? 'primary' : 'default'} icon="plus" disabledReason={allowed.refusal(MANAGE)} onClick={() => setAsked({ kind: 'offer' })}>
      Offer a service…
    </Button>
  )
  return (
    <>
      <PageHead
        title="Services"
        count={data?.meta?.pagination['total-count']}
        meta="What developers order by a name, and bind their apps to: databases, queues, whatever the catalog makes."
        actions={isEmpty ? undefined : offer}
      />
      <ServiceTabs organization={organization} />
      {!isEmpty && (
        <FilterBar text={{ name: 'text', placeholder: 'Filter by name' }} filters={[]} values={{ text }} onChange={(changes) => void change({ ...changes, page: undefined } as never)} />
      )}
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Services"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization, names, setAsked)}
          expected={3}
          empty={
            text ? (
              <EmptyState title="No service is called like that" action={<Button onClick={() => void change({ text: undefined, page: undefined })}>Show all</Button>}>
                None of {organization} matches.
              </EmptyState>
            ) : (
              <EmptyState title="No service is offered yet" action={offer} command={<Command text="slipway service create database --template postgres" />}>
                A service is a template of the catalog under a name that developers know. What they order of it is a resource, and apps that are bound to it see
                its outputs as variables.
              </EmptyState>
            )
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
      {asked?.kind === 'offer' && <OfferDialog organization={organization} projects={projects} onClose={close} />}
      {asked?.kind === 'change' && <OfferDialog organization={organization} projects={projects} service={asked.service} onClose={close} />}
      {asked?.kind === 'delete' && <DeleteServiceDialog organization={organization} service={asked.service} onClose={close} />}
    </>
  )
}

const columns = (organization: string, projects: ReadonlyMap<string, string>, onAsk: (asked: Asked) => void): readonly Column<Service>[] => [
  {
    key: 'name',
    title: 'Service',
    narrow: 'first',
    cell: ({ id, attributes }) => (
      <Link to={addresses.serviceInstances(organization)} search={{ service: id } as never} look="name" title="What was ordered of it">
        {attributes.name}
      </Link>
    ),
  },
  {
    key: 'what',
    title: 'What it is',
    narrow: 'second',
    isWide: true,
    cell: ({ attributes }) => <Text level={2}>{attributes.description || `A ${attributes.template} of the catalog`}</Text>,
  },
  { key: 'template', title: 'Template', from: 1024, cell: ({ attributes }) => <Text isMono level={3}>{attributes.template}</Text> },
  {
    key: 'gives',
    title: 'Apps are given',
    from: 1240,
    cell: ({ attributes }) => {
      const variables = Object.entries(attributes.outputs)
      if (variables.length === 0) return <Text level={3}>what the template says</Text>
      return (
        <Row gap={1} isWrapping>
          {variables.map(([output, variable]) => (
            <span key={output} title={`The output ${output}`}>
              <KeyTag name={variable} />
            </span>
          ))}
        </Row>
      )
    },
  },
  {
    key: 'for',
    title: 'For',
    from: 1024,
    cell: ({ attributes }) =>
      attributes.projects.length === 0 ? (
        <Text level={3}>all projects</Text>
      ) : (
        <Row gap={1} isWrapping>
          {attributes.projects.map((project) => (
            <Tag key={project} isLine>
              {projects.get(project) ?? 'one that you may not see'}
            </Tag>
          ))}
        </Row>
      ),
  },
  {
    key: 'do',
    title: 'Order or change',
    align: 'end',
    narrow: 'end',
    cell: (service) => {
      const { name, permissions } = service.attributes
      const cannot = permissions['can-manage'] ? null : `You need the permission ${MANAGE} for this. Ask an administrator of ${organization}.`
      return (
        <Row gap={1}>
          <LinkButton size="sm" to={addresses.orderResource(organization)} search={{ service: service.id } as never}>
            Order
          </LinkButton>
          <IconButton icon="edit" label={`Change ${name}`} disabledReason={cannot} onClick={() => onAsk({ kind: 'change', service })} />
          <IconButton icon="trash" label={`Stop offering ${name}`} disabledReason={cannot} onClick={() => onAsk({ kind: 'delete', service })} />
        </Row>
      )
    },
  },
]
