// One service instance: what is behind it, which apps and jobs are bound to it, and what would break without it.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Button, IconButton, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { KeyValue } from '@/ui/key-value'
import { Split, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Facts, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { BindAppDialog } from './bind-dialog'
import { DeleteInstanceDialog } from './delete-dialog'
import { impactOf, type Instance, projectsOf, useOpenInstance, useRefreshServices } from './queries'
import { alsoDepending, boundTo, noBind, statusOf } from './words'

export default function InstancePage() {
  const { organization, instance, isGone } = useOpenInstance()
  const { name, service, 'is-leaving': isLeaving, permissions } = instance.attributes
  const [asked, setAsked] = useState<'bind' | 'delete' | null>(null)
  const navigate = useNavigate()
  const refresh = useRefreshServices()
  const close = () => setAsked(null)
  const cannotDelete = permissions['can-delete'] ? (isLeaving ? 'It is being destroyed already.' : null) : 'This needs service-instance.delete in its project. Ask who administers it.'
  const list = addresses.serviceInstances(organization)
  return (
    <>
      <PageHead
        title={name}
        status={<Status of="instance" value={statusOf(instance)} isBadge />}
        meta={
          <Facts>
            {[
              <Link key="service" to={list} search={{ service: service.id } as never}>
                {service.name}
              </Link>,
              `ordered by ${instance.attributes['created-by']}`,
              <Time key="when" at={instance.attributes['created-at']} />,
            ]}
          </Facts>
        }
        crumbs={[
          { title: 'Services', to: addresses.services(organization) },
          { title: 'Ordered', to: list },
        ]}
        object={{ kind: 'service-instance', id: instance.id, name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[{ items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: cannotDelete }] }]}
            />
            <Button look="primary" icon="link" disabledReason={noBind(instance)} onClick={() => setAsked('bind')}>
              Bind an app…
            </Button>
          </>
        }
      />
      <Stack gap={4}>
        {isGone ? (
          <Alert tone="neutral" title="It is gone">
            Its resource is destroyed. What is shown is how it was.
          </Alert>
        ) : (
          isLeaving && (
            <Alert tone="info" title="It goes once its resource is destroyed">
              The change of its resource says how far that is, and whether somebody has to confirm it.
            </Alert>
          )
        )}
        <Split aside={<About organization={organization} instance={instance} />}>
          <Stack gap={6}>
            <Bound organization={organization} instance={instance} onBind={() => setAsked('bind')} />
            <Command text={`slipway service-instance show ${quoted(name)}`} />
          </Stack>
        </Split>
      </Stack>
      {asked === 'bind' && <BindAppDialog organization={organization} instance={instance} onClose={close} />}
      {asked === 'delete' && (
        <DeleteInstanceDialog
          organization={organization}
          instance={instance}
          onClose={close}
          onDone={async () => {
            await refresh()
            await navigate({ to: list })
          }}
        />
      )}
    </>
  )
}

function Bound({ organization, instance, onBind }: { organization: string; instance: Instance; onBind: () => void }) {
  const { name, apps, jobs } = instance.attributes
  const rows = [...apps.map((app): BoundRow => ({ kind: 'app', name: app })), ...jobs.map((job): BoundRow => ({ kind: 'job', name: job }))]
  return (
    <Section
      title="Bound to it"
      count={rows.length}
      about="Units of apps see its outputs as variables; when those change, the units are exchanged for others that see it. Runs of jobs see them as they are when they begin."
    >
      <Table
        label="Bound to it"
        rows={rows}
        rowKey={(row) => `${row.kind} ${row.name}`}
        columns={boundColumns(organization)}
        empty={
          <EmptyState
            title="Nothing is bound to it"
            action={
              <Button disabledReason={noBind(instance)} onClick={onBind}>
                Bind an app…
              </Button>
            }
            command={<Command text={`slipway app bind web ${quoted(name)}`} />}
          >
            It can be bound before it is there: the app waits, and is given its values once they are known.
          </EmptyState>
        }
      />
    </Section>
  )
}

interface BoundRow {
  readonly kind: 'app' | 'job'
  readonly name: string
}

const boundColumns = (organization: string): readonly Column<BoundRow>[] => [
  {
    key: 'name',
    title: 'Name',
    narrow: 'first',
    isWide: true,
    cell: ({ kind, name }) => (
      <Link to={kind === 'app' ? addresses.app(organization, name) : addresses.job(organization, name)} look="name">
        {name}
      </Link>
    ),
  },
  { key: 'kind', title: 'What it is', narrow: 'second', cell: ({ kind }) => <Text level={2}>{kind === 'app' ? 'App' : 'Job'}</Text> },
  {
    key: 'see',
    title: 'What it is given',
    align: 'end',
    narrow: 'end',
    cell: ({ kind, name }) => <Link to={kind === 'app' ? addresses.app(organization, name, 'binds') : addresses.job(organization, name, 'binds')}>Its binds</Link>,
  },
]

function About({ organization, instance }: { organization: string; instance: Instance }) {
  const { resource, service } = instance.attributes
  const project = related(instance, 'project')
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data
  const impact = useQuery({ ...impactOf(organization, instance.id), retry: false }).data?.data.attributes
  const others = impact ? alsoDepending(impact, boundTo(instance)) : null
  return (
    <>
      <Section title="What is behind it" isRuled>
        <Stack gap={3}>
          <KeyValue
            entries={[
              ['Service', service.name],
              [
                'Resource',
                resource ? (
                  <Link key="resource" to={addresses.resource(organization, resource.id)}>
                    {instance.attributes.name}
                  </Link>
                ) : (
                  <Text key="none" level={3}>
                    one that you may not see
                  </Text>
                ),
              ],
              project ? ['Project', <Link key="project" to={addresses.project(organization, project)}>{projects?.find(({ id }) => id === project)?.attributes.name ?? project}</Link>] : null,
            ]}
          />
          {resource?.['is-changing'] && (
            <div>
              <LinkButton size="sm" to={addresses.resource(organization, resource.id)}>
                Look at its change
              </LinkButton>
            </div>
          )}
        </Stack>
      </Section>
      <Section title="What depends on it" isRuled>
        <Stack gap={2}>
          <Text level={2}>{impact && impact.affected.length === 0 ? 'Nothing, as far as you may see.' : (others ?? 'The apps and jobs that are bound to it.')}</Text>
          <Link to={addresses.impact(organization, instance.id)}>Show it as a graph</Link>
        </Stack>
      </Section>
    </>
  )
}
