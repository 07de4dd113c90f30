// The certificates of an app: those that somebody uploaded, and those that were got.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { useNowNear } from '@/lib/now'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Icon } from '@/ui/icon'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import type { App } from '../queries'
import { RemoveCertificateDialog, UploadDialog } from './dialogs'
import { type Certificate, certificatesOf } from './queries'
import { isEnding, ORIGINS } from './words'

export function Certificates({ app, cannot }: { app: App; cannot: string | null }) {
  const [asked, setAsked] = useState<'upload' | Certificate | null>(null)
  const { data, error, refetch } = useQuery(certificatesOf(app.id))
  const close = () => setAsked(null)
  return (
    <Section
      title="Certificates"
      count={data?.meta?.pagination['total-count']}
      about="Shown for every host of it that they prove; what was uploaded comes first."
      actions={
        <Button icon="upload" disabledReason={cannot} onClick={() => setAsked('upload')}>
          Upload…
        </Button>
      }
    >
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Stack gap={3}>
          <Table
            label="Certificates"
            rows={data?.data as readonly Certificate[] | undefined}
            rowKey={({ id }) => id}
            columns={columns(cannot, setAsked)}
            hasKeys={false}
            expected={2}
            empty={<Text level={3}>There are none: it answers without TLS, or with what the site shows for its own names.</Text>}
          />
          <Command text={`slipway app certificate list ${quoted(app.attributes.name)}`} />
        </Stack>
      )}
      {asked === 'upload' && <UploadDialog app={app} onClose={close} />}
      {asked !== null && asked !== 'upload' && <RemoveCertificateDialog app={app} certificate={asked} onClose={close} />}
    </Section>
  )
}

const columns = (cannot: string | null, onRemove: (certificate: Certificate) => void): readonly Column<Certificate>[] => [
  {
    key: 'names',
    title: 'For',
    narrow: 'first',
    isWide: true,
    cell: ({ attributes }) => (
      <Row gap={1} isWrapping>
        {attributes.names.map((name) => (
          <Tag key={name} isMono isLine={!isShownFor(name, attributes.hosts)} title={name}>
            {name}
          </Tag>
        ))}
      </Row>
    ),
  },
  {
    key: 'shown',
    title: 'Shown for',
    narrow: 'second',
    cell: ({ attributes }) => <Text level={attributes.hosts.length > 0 ? 2 : 3}>{attributes.hosts.join(', ') || 'nothing now'}</Text>,
  },
  { key: 'until', title: 'Until', narrow: 'end', cell: ({ attributes }) => <Until at={attributes['not-after']} /> },
  { key: 'from', title: 'From', from: 1024, cell: ({ attributes }) => <Text level={2}>{ORIGINS[attributes.origin]}</Text> },
  { key: 'issuer', title: 'Signed by', from: 1240, cell: ({ attributes }) => <Text level={3}>{attributes.issuer}</Text> },
  {
    key: 'do',
    title: 'Remove',
    align: 'end',
    narrow: 'second',
    cell: (certificate) => (
      <IconButton icon="trash" label={`Remove the certificate for ${certificate.attributes.names.join(', ')}`} disabledReason={cannot} onClick={() => onRemove(certificate)} />
    ),
  },
]

/** Whether a host of the app is shown with it because of this name. */
function isShownFor(name: string, hosts: readonly string[]): boolean {
  return name.startsWith('*.') ? hosts.some((host) => host.split('.').slice(1).join('.') === name.slice(2)) : hosts.includes(name)
}

/** Three weeks before its end it says so. */
function Until({ at }: { at: string }) {
  const then = Date.parse(at)
  const now = useNowNear(then)
  if (!isEnding(at, now)) return <Time at={at} form="short" />
  return (
    <Row gap={1}>
      <Icon name="warning" label={then < now ? 'ended' : 'ends soon'} />
      <Time at={at} />
    </Row>
  )
}
