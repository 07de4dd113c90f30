// Where an app answers besides its own name: domains with what proves them, certificates, and what the router takes.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useRefusal } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { related } from '@/api/query'
import { quoted } from '@/lib/shell'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type App, useOpenApp } from '../queries'
import { Certificates } from './certificates'
import { AddDomainDialog, RemoveDomainDialog } from './dialogs'
import { Limits } from './limits'
import { type Domain, domainsOf, UPDATE } from './queries'
import { DomainPanel } from './panel'
import { ORIGINS } from './words'

const parseDomains = (raw: Readonly<Record<string, unknown>>) => ({
  /** Its name: the one that is looked at closely. */
  domain: parameter.text(raw['domain']),
})

export default function Domains() {
  const { organization, app } = useOpenApp()
  const cannot = useRefusal(organization, related(app, 'project'), UPDATE)
  return (
    <Stack gap={6}>
      <Names app={app} cannot={app.attributes.status === 'deleting' ? 'It is being deleted.' : cannot} />
      <Certificates app={app} cannot={cannot} />
      <Limits app={app} cannot={cannot} />
    </Stack>
  )
}

function Names({ app, cannot }: { app: App; cannot: string | null }) {
  const [{ domain: named }, change] = useSearchState(parseDomains)
  const [asked, setAsked] = useState<'add' | Domain | null>(null)
  const { data, error, refetch } = useQuery(domainsOf(app.id))
  const rows = data?.data as readonly Domain[] | undefined
  const name = quoted(app.attributes.name)
  // Without a choice, what waits for somebody.
  const shown = rows?.find(({ attributes }) => attributes.host === named) ?? (named ? undefined : rows?.find(({ attributes }) => !attributes['is-verified']))
  const close = () => setAsked(null)
  const add = (
    <Button look="primary" icon="plus" disabledReason={cannot} onClick={() => setAsked('add')}>
      Add a domain…
    </Button>
  )
  return (
    <>
      <Section
        title="Domains"
        count={data?.meta?.pagination['total-count']}
        about="Names that it answers at besides its own, once their owner proved that he wants that."
        actions={rows?.length === 0 ? undefined : add}
      >
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Stack gap={4}>
            <Table
              label="Domains"
              rows={rows}
              rowKey={({ id }) => id}
              columns={columns(app, cannot, setAsked)}
              hasKeys={false}
              expected={2}
              empty={
                <EmptyState title="No domain yet" action={add} command={<Command text={`slipway app domain add shop.example.com --app ${name}`} />}>
                  It answers at its own name. Add one of yours: a record in DNS proves that you have it, or that it leads here.
                </EmptyState>
              }
            />
            {shown && <DomainPanel key={shown.id} app={app} domain={shown} cannot={cannot} />}
            {(rows?.length ?? 0) > 0 && <Command text={`slipway app domain list ${name}`} />}
          </Stack>
        )}
      </Section>
      {asked === 'add' && <AddDomainDialog app={app} onClose={close} onAdded={({ attributes }) => void change({ domain: attributes.host })} />}
      {asked !== null && asked !== 'add' && <RemoveDomainDialog app={app} domain={asked} onClose={close} />}
    </>
  )
}

const columns = (app: App, cannot: string | null, onRemove: (domain: Domain) => void): readonly Column<Domain>[] => [
  {
    key: 'host',
    title: 'Name',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Link to="." search={{ domain: attributes.host } as never} look="name">
        {attributes.host}
      </Link>
    ),
  },
  { key: 'status', title: 'Owner', narrow: 'end', cell: ({ attributes }) => <Status of="domain" value={attributes['is-verified'] ? 'proven' : 'unproven'} /> },
  { key: 'certificate', title: 'Certificate', narrow: 'second', isWide: true, cell: (domain) => <Shown domain={domain} /> },
  { key: 'open', title: 'Open', from: 1024, cell: ({ attributes }) => <Address app={app} host={attributes.host} /> },
  { key: 'by', title: 'By', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes['created-by']}</Text> },
  {
    key: 'do',
    title: 'Remove',
    align: 'end',
    narrow: 'second',
    cell: (domain) => <IconButton icon="trash" label={`Remove ${domain.attributes.host}`} disabledReason={cannot} onClick={() => onRemove(domain)} />,
  },
]

/** The certificate that a browser sees. */
function Shown({ domain: { attributes } }: { domain: Domain }) {
  const { certificate, issuance } = attributes
  if (certificate) {
    return (
      <Text level={2}>
        {ORIGINS[certificate.origin]}, until <Time at={certificate['not-after']} form="short" />
      </Text>
    )
  }
  if (!attributes['is-verified']) return <Text level={3}>once it is proven</Text>
  if (issuance.status === 'none') return <Text level={3}>none: it answers without TLS</Text>
  return (
    <Row gap={2}>
      <Status of="issuance" value={issuance.status} />
    </Row>
  )
}

/** Its address, as the app has it: with the port where that is not the usual one. */
function Address({ app, host }: { app: App; host: string }) {
  const url = app.attributes.urls.find((one) => URL.canParse(one) && new URL(one).hostname === host)
  return url ? <Anchor href={url}>{url.replace(/^https?:\/\//, '')}</Anchor> : null
}
