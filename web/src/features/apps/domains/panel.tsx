// One domain closely: how its owner proves it, or what proved it, and how its certificate stands.
import { useMutation, useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call, get } from '@/api/query'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { CopyButton } from '@/ui/copy-button'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { Panel } from '@/ui/section'
import { Status } from '@/ui/status'
import { Sentence, Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import type { App } from '../queries'
import { type Domain, useRefreshDomains } from './queries'
import { ORIGINS, PROOFS, whyNoCertificate } from './words'

interface PanelProps {
  app: App
  domain: Domain
  /** Why the caller may not change it. */
  cannot: string | null
}

export function DomainPanel({ app, domain, cannot }: PanelProps) {
  return domain.attributes['is-verified'] ? <Proven domain={domain} /> : <Unproven app={app} domain={domain} cannot={cannot} />
}

function Unproven({ app, domain, cannot }: PanelProps) {
  const { host, challenge, reason } = domain.attributes
  const refresh = useRefreshDomains()
  const isAdmin = useQuery({ ...get('/api/v2/account/details'), retry: false }).data?.data.attributes['is-site-admin'] ?? false
  const act = useMutation({
    mutationFn: (action: 'verify' | 'approve') =>
      action === 'verify'
        ? call('post', '/api/v2/app-domains/{app_domain}/actions/verify', { params: { path: { app_domain: domain.id } } })
        : call('post', '/api/v2/app-domains/{app_domain}/actions/approve', { params: { path: { app_domain: domain.id } } }),
    onSuccess: ({ data }) => {
      // What is proven shows that itself.
      if (!data.attributes['is-verified']) toast({ text: `${host} is not proven yet.`, tone: 'info' })
    },
    onSettled: refresh,
  })
  const url = challenge['http-url']
  return (
    <Panel
      title={`Prove ${host}`}
      actions={
        <Row gap={2} isWrapping>
          {isAdmin && (
            <Button size="sm" icon="shield" isBusy={act.isPending && act.variables === 'approve'} onClick={() => act.mutate('approve')}>
              Have it count
            </Button>
          )}
          <Button size="sm" icon="refresh" isBusy={act.isPending && act.variables === 'verify'} disabledReason={cannot} onClick={() => act.mutate('verify')}>
            Look now
          </Button>
        </Row>
      }
    >
      <Stack gap={3}>
        {act.error && <ErrorNotice error={toApiError(act.error)} />}
        {reason && (
          <Alert tone="neutral" title="Not proven yet">
            <Sentence text={reason} />
          </Alert>
        )}
        <p>{url ? 'Either of both proves it. It is looked for by itself for two days, often at first.' : 'A record proves a wildcard. It is looked for by itself for two days, often at first.'}</p>
        <KeyValue
          width="lg"
          entries={[
            ['TXT record', <Copied key="name" text={challenge['dns-name']} what="the name of the record" />],
            ['It says', <Copied key="value" text={challenge['dns-value']} what="what the record says" />],
            url ? ['Or let the name lead here', <Copied key="url" text={url} what="the address that answers then" />] : null,
          ]}
        />
        {isAdmin && <Text level={3}>As an administrator of the site you can have it count without a proof.</Text>}
        <Command text={`slipway app domain verify ${quoted(host)} --app ${quoted(app.attributes.name)}`} />
      </Stack>
    </Panel>
  )
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <Row gap={1}>
      <Text isMono>{text}</Text>
      <CopyButton text={text} what={what} />
    </Row>
  )
}

function Proven({ domain }: { domain: Domain }) {
  const { host, proof, issuance, certificate, 'verified-at': at } = domain.attributes
  const why = whyNoCertificate(domain)
  return (
    <Panel title={host}>
      <Stack gap={3}>
        {issuance.status === 'failed' && (
          <Alert tone="warning" title="No certificate was got">
            <Sentence text={why} />
          </Alert>
        )}
        <KeyValue
          width="lg"
          entries={[
            [
              'Proven',
              <span key="proof">
                {proof ? PROOFS[proof] : 'once'}
                {at && (
                  <>
                    , <Time at={at} />
                  </>
                )}
              </span>,
            ],
            [
              'Certificate',
              certificate ? (
                <span key="shown">
                  {ORIGINS[certificate.origin]}, until <Time at={certificate['not-after']} form="short" />
                </span>
              ) : (
                'none: it answers without TLS'
              ),
            ],
            [
              'Automatic',
              <Row key="issuance" gap={2} isWrapping>
                <Status of="issuance" value={issuance.status} />
                {why && issuance.status !== 'failed' && (
                  <Text level={2}>
                    <Sentence text={why} />
                  </Text>
                )}
              </Row>,
            ],
            issuance['next-at'] ? ['Goes on', <Time key="next" at={issuance['next-at']} />] : null,
          ]}
        />
      </Stack>
    </Panel>
  )
}
