// Making pools and plans, and taking them away. Mounted while they are open.
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
import { type Cluster, type Plan, type Pool, useRefresh } from './queries'

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

const newPlan = { name: '', memory: '512', processor: '0.5', burst: '1', 'is-default': false, 'is-shared': false }

type PlanValues = typeof newPlan

const planValues = ({ attributes }: Plan): PlanValues => ({
  ...newPlan,
  name: attributes.name,
  memory: String(attributes.memory / MEBIBYTE),
  processor: String(attributes.processor / 1_000),
  burst: String(attributes.burst / 100),
})

const amounts = ({ memory, processor, burst }: PlanValues) => ({
  memory: Math.round(Number(memory) * MEBIBYTE),
  processor: Math.round(Number(processor) * 1_000),
  burst: Math.round(Number(burst) * 100),
})

/** `plan` is the one that is changed; a new one without it. */
export function PlanDialog({ organization, plan, onClose }: NewProps & { plan?: Plan }) {
  const refresh = useRefresh()
  const form = useForm({
    initial: plan ? planValues(plan) : newPlan,
    check: ({ name, memory, processor, burst }) => ({
      ...nameless({ name }),
      ...(!isNumber(memory) && { memory: 'Write a number of MiB; 0 is as much as there is.' }),
      ...(!isNumber(processor) && { processor: 'Write a number, as 0.5; 0 is as much as there is.' }),
      ...(!(Number(burst) >= 1) && { burst: 'Write 1 or more, as 1.5.' }),
    }),
    submit: (values) => {
      const { 'is-default': isDefault, 'is-shared': isShared } = values
      const attributes = { name: values.name.trim(), ...amounts(values) }
      return plan
        ? call('patch', '/api/v2/app-plans/{app_plan}', { params: { path: { app_plan: plan.id } }, body: { data: { type: 'app-plans', attributes } } })
        : call('post', '/api/v2/organizations/{organization}/app-plans', {
            params: { path: { organization } },
            body: { data: { type: 'app-plans', attributes: { ...attributes, 'is-default': isDefault, 'is-shared': isShared } } },
          })
    },
    onDone: ({ data }) => {
      onClose()
      toast({ text: plan ? `The plan ${data.attributes.name} is changed.` : `The plan ${data.attributes.name} is there.` })
      void refresh()
    },
  })
  const { values } = form
  const { memory } = amounts(values)
  return (
    <Dialog isOpen onClose={onClose} title={plan ? `Change the plan ${plan.attributes.name}` : 'New plan'} size="md">
      <Form
        form={form}
        submit={plan ? 'Save' : 'Create plan'}
        isWide
        disabledReason={plan && !form.isChanged ? 'Nothing is changed yet.' : null}
        command={command(
          `slipway app-plan ${plan ? 'update' : 'create'} ${quoted((plan?.attributes.name ?? values.name.trim()) || 'NAME')}`,
          plan && values.name.trim() !== plan.attributes.name && `--name ${quoted(values.name.trim())}`,
          `--memory ${Number.isFinite(memory) && memory > 0 ? `${values.memory.trim()}MiB` : '0'}`,
          `--processor ${quoted(values.processor.trim() || '0')}`,
          Number(values.burst) !== 1 && `--burst ${quoted(values.burst.trim())}`,
          values['is-default'] && '--default',
          values['is-shared'] && '--shared',
        )}
      >
        <TextInput label="Name" isMono autoFocus={!plan} placeholder="small" {...form.field('name')} />
        <TextInput label="Memory" inputMode="numeric" unit="MiB" help="That each unit may take; 0 is as much as there is." {...form.field('memory')} />
        <TextInput label="Processor" unit="CPU" help="That each unit has; 0 is as much as there is." {...form.field('processor')} />
        <TextInput label="While others leave it" unit="times as much" help="1 is nothing more." {...form.field('burst')} />
        {!plan && <Checkbox label="Apps that name no plan have it" {...form.field('is-default')} />}
        {!plan && <Checkbox label="Every organization may use it" help={SHARED_HELP} {...form.field('is-shared')} />}
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
