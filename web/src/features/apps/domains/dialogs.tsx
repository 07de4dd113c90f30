// Adding a domain or a certificate, and taking one away. Mounted while they are open.
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { TextFileInput } from '@/ui/text-file-input'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import type { App } from '../queries'
import { type Certificate, type Domain, useRefreshDomains } from './queries'

interface DialogProps {
  app: App
  onClose: () => void
}

/** `onAdded` is told what there is now: how it is proven is shown on the page. */
export function AddDomainDialog({ app, onClose, onAdded }: DialogProps & { onAdded: (domain: Domain) => void }) {
  const refresh = useRefreshDomains()
  const form = useForm({
    initial: { host: '' },
    check: ({ host }) => ({ ...(!host.trim() && { host: 'Write the name, as shop.example.com.' }) }),
    submit: ({ host }) =>
      call('post', '/api/v2/apps/{app}/domains', { params: { path: { app: app.id } }, body: { data: { type: 'app-domains', attributes: { host: host.trim() } } } }),
    onDone: ({ data }) => {
      onClose()
      onAdded(data as Domain)
      void refresh()
    },
  })
  const host = form.values.host.trim()
  return (
    <Dialog isOpen onClose={onClose} title="Add a domain" size="md">
      <Form form={form} submit="Add domain" isWide command={command(`slipway app domain add ${quoted(host || 'NAME')} --app ${quoted(app.attributes.name)}`)}>
        <TextInput
          label="Name"
          isMono
          autoFocus
          placeholder="shop.example.com"
          help="With *. before it for every name with exactly one part more. It counts once its owner proves it: what to do is shown next."
          {...form.field('host')}
        />
      </Form>
    </Dialog>
  )
}

export function RemoveDomainDialog({ app, domain, onClose }: DialogProps & { domain: Domain }) {
  const refresh = useRefreshDomains()
  const { host, 'is-verified': isVerified } = domain.attributes
  const { name } = app.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Remove ${host}?`}
      verb="Remove domain"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/app-domains/{app_domain}', { params: { path: { app_domain: domain.id } } })
        onClose()
        toast({ text: `${host} is removed.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>{isVerified ? `${name} takes no requests for ${host} any more. Whoever opens it sees that nothing is there.` : `Nobody looks any more whether it is proven.`}</p>
        <Command text={command(`slipway app domain remove ${quoted(host)}`, `--app ${quoted(name)}`)} />
      </Stack>
    </ConfirmDialog>
  )
}

export function UploadDialog({ app, onClose }: DialogProps) {
  const refresh = useRefreshDomains()
  const form = useForm({
    initial: { chain: '', key: '' },
    check: ({ chain, key }) => ({ ...(!chain.trim() && { chain: 'Paste it, or take it from a file.' }), ...(!key.trim() && { key: 'Paste it, or take it from a file.' }) }),
    submit: (attributes) =>
      call('post', '/api/v2/apps/{app}/certificates', { params: { path: { app: app.id } }, body: { data: { type: 'app-certificates', attributes } } }),
    onDone: ({ data }) => {
      onClose()
      toast({ text: `It is shown for ${data.attributes.hosts.join(', ') || 'nothing yet'}.` })
      void refresh()
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title="Upload a certificate" size="md">
      <Form form={form} submit="Upload certificate" isWide command={command('slipway app certificate add', '--chain fullchain.pem', '--key privkey.pem', `--app ${quoted(app.attributes.name)}`)}>
        <TextFileInput
          label="Chain"
          what="the chain"
          rows={5}
          accept=".pem,.crt,.cer"
          placeholder="-----BEGIN CERTIFICATE-----"
          help="In PEM: its own first, then those that signed it."
          {...form.field('chain')}
        />
        <TextFileInput
          label="Key"
          what="the key"
          rows={3}
          accept=".pem,.key"
          placeholder="-----BEGIN PRIVATE KEY-----"
          help="In PEM, without a password. It is kept sealed and shown to nobody."
          {...form.field('key')}
        />
      </Form>
    </Dialog>
  )
}

export function RemoveCertificateDialog({ app, certificate, onClose }: DialogProps & { certificate: Certificate }) {
  const refresh = useRefreshDomains()
  const { names, hosts } = certificate.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Remove the certificate for ${names.join(', ')}?`}
      verb="Remove certificate"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/app-certificates/{app_certificate}', { params: { path: { app_certificate: certificate.id } } })
        onClose()
        toast({ text: 'The certificate is removed.' })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>
          {hosts.length === 0
            ? `It is shown for nothing now, so that nobody notices.`
            : `${hosts.join(', ')} ${hosts.length === 1 ? 'is' : 'are'} shown with another certificate of ${app.attributes.name}, or without TLS where there is none.`}
        </p>
        <Command text={`slipway app certificate remove ${quoted(certificate.id)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
