// Connecting an app to the repository that it is deployed from, changing how, and taking it away. Mounted while they are open.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { forgesOf } from '@/api/forges'
import { call } from '@/api/query'
import { quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { RepositoryField } from '@/ui/repository-field'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { BuildFields } from '../deploy/build-fields'
import { type App, staleRepository, useRefreshApps } from '../queries'
import type { AppRepository } from './queries'
import { connectCommand, settingsOf, UNCONNECTED, type Values, valuesOf } from './words'

interface ConnectProps {
  organization: string
  app: App
  /** The one that is connected; null for the first. */
  repository: AppRepository | null
  onClose: () => void
}

export function ConnectDialog({ organization, app, repository, onClose }: ConnectProps) {
  const { name } = app.attributes
  const queries = useQueryClient()
  const refresh = useRefreshApps()
  const forges = useQuery(forgesOf(organization)).data?.data ?? []
  const before = repository ? valuesOf(repository) : null
  const form = useForm<Values>({
    initial: before ?? UNCONNECTED,
    check: ({ identifier }) => ({ ...(!identifier.trim() && { identifier: 'Say which repository.' }) }),
    submit: (values) => call('put', '/api/v2/apps/{app}/repository', { params: { path: { app: app.id } }, body: { data: { type: 'app-repositories', attributes: settingsOf(values) } } }),
    onDone: (_, { identifier }) => {
      onClose()
      toast({ text: before ? `How ${name} is deployed from it is changed.` : `${name} is connected to ${identifier.trim()}. Nothing is deployed by that.` })
      void refresh().then(() => queries.invalidateQueries({ queryKey: staleRepository }))
    },
  })
  const { values } = form
  const isSame = before !== null && JSON.stringify(settingsOf(before)) === JSON.stringify(settingsOf(values))
  return (
    <Dialog isOpen onClose={onClose} title={before ? `Change the repository of ${name}` : `Connect ${name} to a repository`} size="md">
      <Form
        form={form}
        submit={before ? 'Save' : 'Connect it'}
        isWide
        disabledReason={isSame ? 'Nothing is changed yet.' : null}
        command={connectCommand(name, values, forges.find(({ id }) => id === values['integration-id'])?.attributes.name)}
      >
        <RepositoryField organization={organization} form={form} />
        <TextInput label="Branch" isOptional isMono placeholder="its default one" {...form.field('branch')} />
        <TextInput label="Folder" isOptional isMono placeholder="all of it" help="What is deployed of it, as services/web." {...form.field('directory')} />
        <Checkbox label="Deploy each push to the branch" help="That changes something in the folder." {...form.field('deploys-on-push')} />
        <Fold title="How it is built" about={values.build === 'found' ? 'found out by itself' : undefined} isOpen={before !== null && before.build !== 'found'}>
          <BuildFields form={form} />
        </Fold>
      </Form>
    </Dialog>
  )
}

export function DisconnectDialog({ app, repository, onClose }: { app: App; repository: AppRepository; onClose: () => void }) {
  const refresh = useRefreshApps()
  const { name } = app.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Disconnect ${name} from ${repository.attributes['full-name']}?`}
      verb="Disconnect it"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/apps/{app}/repository', { params: { path: { app: app.id } } })
        toast({ text: `${name} is disconnected. What runs goes on.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>What runs goes on. Pushes deploy nothing of it any more.</p>
        <Command text={`slipway app repository disconnect ${quoted(name)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
