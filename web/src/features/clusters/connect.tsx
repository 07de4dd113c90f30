// Connecting a Kubernetes cluster, changing how it is reached, and taking it away. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { call } from '@/api/query'
import { quoted } from '@/lib/shell'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Radio } from '@/ui/choice'
import { TextFileInput } from '@/ui/text-file-input'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { type FormState, useForm } from '@/ui/use-form'
import { type Cluster, registriesOf, useRefresh } from './queries'
import { clusterChanges, connectCommand, type Connection, connectionOf, connectionProblems, newCluster, UNCONNECTED } from './words'

interface ConnectProps {
  organization: string
  /** The one that is changed; a new one without it. */
  cluster?: Cluster
  onClose: () => void
  /** Is told its name: what it says is shown on the page. */
  onConnected?: (name: string) => void
}

const WAYS = [
  { value: 'kubeconfig', label: 'By a kubeconfig', help: 'With its certificates and tokens in it: what runs a program or names a file of a machine is refused.' },
  { value: 'in-cluster', label: 'From inside', help: 'The server itself runs in it, and signs in by the account of its own pod.' },
] as const

export function ConnectDialog({ organization, cluster, onClose, onConnected }: ConnectProps) {
  const refresh = useRefresh()
  const before = cluster ? connectionOf(cluster) : null
  const form = useForm<Connection, { readonly data: { readonly id: string } }>({
    initial: before ?? UNCONNECTED,
    check: connectionProblems,
    submit: (values) =>
      cluster
        ? call('patch', '/api/v2/clusters/{cluster}', {
            params: { path: { cluster: cluster.id } },
            body: { data: { type: 'clusters', attributes: clusterChanges(before ?? UNCONNECTED, values) } },
          })
        : call('post', '/api/v2/clusters', { body: { data: { type: 'clusters', attributes: newCluster(values) } } }),
    onDone: ({ data }, { name }) => {
      onClose()
      toast({ text: cluster ? `${name.trim()} is changed.` : `${name.trim()} is connected. It is asked how it is.` })
      onConnected?.(name.trim())
      const asked = call('post', '/api/v2/clusters/{cluster}/actions/check', { params: { path: { cluster: data.id } } })
      // What it says is on the page, also that it does not answer.
      void asked.catch(() => {}).then(refresh)
      void refresh()
    },
  })
  const { values } = form
  const isSame = before !== null && Object.keys(clusterChanges(before, values)).length === 0
  return (
    <Dialog isOpen onClose={onClose} title={cluster ? `Change ${cluster.attributes.name}` : 'Connect a Kubernetes cluster'} size="md">
      <Form
        form={form}
        submit={cluster ? 'Save' : 'Connect it'}
        isWide
        disabledReason={isSame ? 'Nothing is changed yet.' : null}
        command={connectCommand(before, values)}
      >
        <TextInput label="Name" isMono autoFocus={!cluster} placeholder="production" help="Every organization sees it." {...form.field('name')} />
        <Radio
          label="How it is reached"
          options={cluster ? [{ value: 'same', label: 'As before' }, ...WAYS] : WAYS}
          {...form.field('by')}
        />
        {values.by === 'kubeconfig' && (
          <>
            <TextFileInput
              label="Kubeconfig"
              what="the kubeconfig"
              rows={6}
              placeholder={'apiVersion: v1\nkind: Config'}
              help="It is kept sealed and shown to nobody. Give it an account that may do in its namespace what the guide lists, and nothing else."
              {...form.field('kubeconfig')}
            />
            <TextInput label="Context" isOptional isMono placeholder="its current one" {...form.field('context')} />
          </>
        )}
        <Fold title="Where its apps are, and answer" about="as the cluster and the server have it">
          <Stack gap={4}>
            <TextInput
              label="Namespace"
              isOptional
              isMono
              placeholder="slipway-apps"
              help="Of everything that is made there. It never changes."
              disabledReason={cluster ? 'It stays where it is.' : null}
              {...form.field('namespace')}
            />
            <TextInput label="Ingress class" isOptional isMono placeholder="the cluster's choice" help="Which Ingress controller serves the apps." {...form.field('ingress-class')} />
            <TextInput label="Domain" isOptional isMono placeholder="the server's own" help="Apps answer at NAME.ORGANIZATION.DOMAIN." {...form.field('domain')} />
            <TextInput label="Address for people" isOptional isMono placeholder="http://*/" help="With * for the host." {...form.field('public-url')} />
          </Stack>
        </Fold>
        <Fold title="How images are built for it" about={values.buildkit.trim() ? undefined : 'they are not: it runs images that are there already'} isOpen={Boolean(before?.buildkit)}>
          <Building organization={organization} form={form} />
        </Fold>
      </Form>
    </Dialog>
  )
}

/** What builds, and where the images go. */
function Building({ organization, form }: { organization: string; form: FormState<Connection> }) {
  const found = useQuery(registriesOf(organization)).data?.data ?? []
  const { buildkit, registry } = form.values
  const known = found.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: 'plug' as const }))
  const registries = registry === '' || known.some(({ value }) => value === registry) ? known : [{ value: registry, icon: 'plug' as const }, ...known]
  return (
    <Stack gap={4}>
      <TextInput label="BuildKit" isOptional isMono placeholder="tcp://buildkitd.build:1234" help="Where the server reaches it. Without one, apps are deployed by images only." {...form.field('buildkit')} />
      {buildkit.trim() !== '' && (
        <>
          <Combobox
            label="Registry"
            placeholder="Choose an integration"
            help="An OCI registry of this organization's integrations, which BuildKit pushes to and the cluster's machines fetch from."
            options={registries}
            {...form.field('registry')}
          />
          <TextInput label="Below there" isMono placeholder="slipway/production" help="Each app has a repository below it." {...form.field('repository')} />
        </>
      )}
    </Stack>
  )
}

export function DisconnectDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const refresh = useRefresh()
  const { name } = cluster.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Disconnect ${name}?`}
      verb="Disconnect cluster"
      isDanger
      nameToType={name}
      onConfirm={async () => {
        await call('delete', '/api/v2/clusters/{cluster}', { params: { path: { cluster: cluster.id } } })
        toast({ text: `${name} is disconnected. What runs there was left alone.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>Only a cluster that no pool is of can be disconnected. What runs there is left alone, and the kubeconfig is forgotten.</p>
        <Command text={`slipway cluster delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
