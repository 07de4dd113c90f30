// Making pools and plans, and taking them away. Mounted while they are open.
import { useQueryClient } from '@tanstack/react-query'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type Cluster, type Plan, type Pool, staleClusters } from './queries'

/** Reads all of it again. */
function useRefresh() {
  const queries = useQueryClient()
  return () => Promise.all(staleClusters.map((queryKey) => queries.invalidateQueries({ queryKey })))
}

const nameless = ({ name }: { readonly name: string }) => ({ ...(!name.trim() && { name: 'Give it a name.' }) })

const SHARED_HELP = 'Otherwise it belongs to this organization. For site administrators.'

interface NewProps {
  organization: string
  onClose: () => void
}

export function NewPoolDialog({ organization, clusters, onClose }: NewProps & { clusters: readonly Cluster[] }) {
  const refresh = useRefresh()
  const form = useForm({
    initial: { name: '', cluster: '', 'is-default': false, 'is-shared': false },
    check: nameless,
    submit: ({ name, cluster, ...rest }) =>
      call('post', '/api/v2/organizations/{organization}/pools', {
        params: { path: { organization } },
        body: { data: { type: 'pools', attributes: { name: name.trim(), ...(cluster && { cluster }), ...rest } } },
      }),
    onDone: ({ data }) => {
      onClose()
      toast({ text: `The pool ${data.attributes.name} is there.` })
      void refresh()
    },
  })
  const { name, cluster } = form.values
  return (
    <Dialog isOpen onClose={onClose} title="New pool" size="md">
      <Form
        form={form}
        submit="Create pool"
        isWide
        command={command(`slipway pool create ${quoted(name.trim() || 'NAME')}`, cluster && `--cluster ${quoted(cluster)}`, form.values['is-default'] && '--default', form.values['is-shared'] && '--shared')}
      >
        <TextInput label="Name" isMono autoFocus placeholder="eu-prod" {...form.field('name')} />
        {clusters.length > 1 && (
          <Select label="Cluster" options={[{ value: '', text: 'Choose one' }, ...clusters.map(({ attributes }) => ({ value: String(attributes.name), text: attributes.name }))]} {...form.field('cluster')} />
        )}
        <Checkbox label="Apps that name no pool are put here" {...form.field('is-default')} />
        <Checkbox label="Every organization may use it" help={SHARED_HELP} {...form.field('is-shared')} />
      </Form>
    </Dialog>
  )
}

const MEBIBYTE = 1_048_576

export function NewPlanDialog({ organization, onClose }: NewProps) {
  const refresh = useRefresh()
  const form = useForm({
    initial: { name: '', memory: '512', processor: '0.5', burst: '1', 'is-default': false, 'is-shared': false },
    check: ({ name, memory, processor, burst }) => ({
      ...nameless({ name }),
      ...(!isNumber(memory) && { memory: 'Write a number of MiB; 0 is as much as there is.' }),
      ...(!isNumber(processor) && { processor: 'Write a number, as 0.5; 0 is as much as there is.' }),
      ...(!(Number(burst) >= 1) && { burst: 'Write 1 or more, as 1.5.' }),
    }),
    submit: ({ name, memory, processor, burst, ...rest }) =>
      call('post', '/api/v2/organizations/{organization}/app-plans', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'app-plans',
            attributes: { name: name.trim(), memory: Math.round(Number(memory) * MEBIBYTE), processor: Math.round(Number(processor) * 1_000), burst: Math.round(Number(burst) * 100), ...rest },
          },
        },
      }),
    onDone: ({ data }) => {
      onClose()
      toast({ text: `The plan ${data.attributes.name} is there.` })
      void refresh()
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title="New plan" size="md">
      <Form form={form} submit="Create plan" isWide>
        <TextInput label="Name" isMono autoFocus placeholder="small" {...form.field('name')} />
        <TextInput label="Memory" inputMode="numeric" unit="MiB" help="That each unit may take; 0 is as much as there is." {...form.field('memory')} />
        <TextInput label="Processor" unit="CPU" help="That each unit has; 0 is as much as there is." {...form.field('processor')} />
        <TextInput label="While others leave it" unit="times as much" help="1 is nothing more." {...form.field('burst')} />
        <Checkbox label="Apps that name no plan have it" {...form.field('is-default')} />
        <Checkbox label="Every organization may use it" help={SHARED_HELP} {...form.field('is-shared')} />
      </Form>
    </Dialog>
  )
}

const isNumber = (text: string) => text.trim() !== '' && Number(text) >= 0

/** What is taken away, or becomes what is taken where nothing is chosen. */
export type Chosen = { readonly kind: 'pool'; readonly of: Pool } | { readonly kind: 'plan'; readonly of: Plan }

export function DeleteDialog({ chosen: { kind, of }, onClose }: { chosen: Chosen; onClose: () => void }) {
  const refresh = useRefresh()
  const { name } = of.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the ${kind} ${name}?`}
      verb={`Delete ${kind}`}
      isDanger
      onConfirm={async () => {
        if (kind === 'pool') await call('delete', '/api/v2/pools/{pool}', { params: { path: { pool: of.id } } })
        else await call('delete', '/api/v2/app-plans/{app_plan}', { params: { path: { app_plan: of.id } } })
        onClose()
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>{kind === 'pool' ? 'Only a pool that no app is in can be deleted.' : 'Only a plan that no app has can be deleted.'}</p>
        <Command text={`slipway ${kind === 'pool' ? 'pool' : 'app-plan'} delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}

/** Has it taken where nothing is chosen. */
export function useMakeDefault() {
  const refresh = useRefresh()
  return async ({ kind, of }: Chosen) => {
    const attributes = { 'is-default': true }
    if (kind === 'pool') await call('patch', '/api/v2/pools/{pool}', { params: { path: { pool: of.id } }, body: { data: { type: 'pools', attributes } } })
    else await call('patch', '/api/v2/app-plans/{app_plan}', { params: { path: { app_plan: of.id } }, body: { data: { type: 'app-plans', attributes } } })
    await refresh()
  }
}
