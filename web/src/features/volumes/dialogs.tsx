// Making volumes and their plans, and taking them away. Mounted while they are open.
import { useQuery } from '@tanstack/react-query'
import { useRefusal } from '@/api/allowed'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { command, quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { CREATE, poolsOf, projectsOf, useRefreshVolumes, type Volume, type VolumePlan } from './queries'
import { ACCESS, bytesOf, inUse, isSized, KINDS, NEW_PLAN, planCommand, planProblems, planWords, settingsOf, sizeFlag } from './words'

interface NewProps {
  organization: string
  onClose: () => void
}

export function NewVolumeDialog({ organization, plans, onClose }: NewProps & { plans: readonly VolumePlan[] }) {
  const refresh = useRefreshVolumes()
  const pools = useQuery({ ...poolsOf(organization), retry: false }).data?.data ?? []
  const projects = useQuery({ ...projectsOf(organization), retry: false }).data?.data ?? []
  const form = useForm({
    initial: { name: '', plan: '', pool: '', project: '', size: '', folder: '' },
    check: ({ name, plan, size }) => ({
      ...(!name.trim() && { name: 'Give it a name.' }),
      ...(!plan && { plan: 'Choose a plan.' }),
      ...(size.trim() !== '' && !(Number(size) > 0) && { size: 'Write a number of GiB, or nothing.' }),
    }),
    submit: ({ name, plan, pool, project, size, folder }) =>
      call('post', '/api/v2/organizations/{organization}/volumes', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'volumes',
            attributes: {
              name: name.trim(),
              plan,
              ...(pool && { pool }),
              ...(project && { project }),
              ...(size.trim() !== '' && { size: bytesOf(size) }),
              ...(folder.trim() && { folder: folder.trim() }),
            },
          },
        },
      }),
    onDone: () => {
      onClose()
      void refresh()
    },
  })
  const { values } = form
  const plan = plans.find(({ attributes }) => attributes.name === values.plan)?.attributes
  const refusal = useRefusal(organization, values.project, CREATE)
  const inProject = projects.find(({ id }) => id === values.project)?.attributes.name
  return (
    <Dialog isOpen onClose={onClose} title="New volume" size="md">
      <Form
        form={form}
        submit="Create volume"
        isWide
        disabledReason={refusal}
        command={command(
          `slipway volume create ${quoted(values.name.trim() || 'NAME')}`,
          `--plan ${quoted(values.plan || 'PLAN')}`,
          values.pool && `--pool ${quoted(values.pool)}`,
          isSized(plan?.kind) && values.size.trim() !== '' && `--size ${sizeFlag(values.size)}`,
          values.folder.trim() && `--folder ${quoted(values.folder.trim())}`,
          inProject && `--in-project ${quoted(inProject)}`,
        )}
      >
        <TextInput label="Name" isMono autoFocus placeholder="shop-data" {...form.field('name')} />
        <Combobox
          label="Plan"
          placeholder="Choose one"
          help={plan ? `${KINDS[plan.kind]}. It keeps its plan.` : 'Says what it is. It keeps its plan.'}
          options={plans.map((one) => ({ value: one.attributes.name, detail: planWords(one) || KINDS[one.attributes.kind] }))}
          {...form.field('plan')}
        />
        <Combobox
          label="Pool"
          isOptional
          placeholder={pools.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
          help="Only apps in it can be bound to it."
          options={pools.map(({ attributes }) => ({ value: attributes.name, detail: attributes.cluster }))}
          {...form.field('pool')}
        />
        {isSized(plan?.kind) && <TextInput label="Size" isOptional inputMode="numeric" unit="GiB" placeholder="the plan's" {...form.field('size')} />}
        {plan?.settings['is-parent'] && <TextInput label="Folder" isMono placeholder="shop" help={`In ${plan.settings.path}.`} {...form.field('folder')} />}
        <Combobox
          label="Project"
          isOptional
          placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
          options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
          {...form.field('project')}
        />
      </Form>
    </Dialog>
  )
}

export function NewPlanDialog({ organization, onClose }: NewProps) {
  const refresh = useRefreshVolumes()
  const form = useForm({
    initial: NEW_PLAN,
    check: planProblems,
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/volume-plans', {
        params: { path: { organization } },
        body: { data: { type: 'volume-plans', attributes: { name: values.name.trim(), kind: values.kind, settings: settingsOf(values), 'is-shared': values['is-shared'] } } },
      }),
    onDone: () => {
      onClose()
      void refresh()
    },
  })
  const { kind } = form.values
  return (
    <Dialog isOpen onClose={onClose} title="New plan of volumes" size="md">
      <Form form={form} submit="Create plan" isWide command={planCommand(form.values)}>
        <TextInput label="Name" isMono autoFocus placeholder="standard" {...form.field('name')} />
        <Select label="Volumes of it are" options={Object.entries(KINDS).map(([value, text]) => ({ value: value as typeof kind, text }))} {...form.field('kind')} />
        {kind === 'engine' && (
          <>
            <TextInput label="Driver" isOptional isMono placeholder="its usual one" help="For site administrators, as its options." {...form.field('driver')} />
            <Textarea label="Options" isOptional isMono rows={2} placeholder="type=nfs" help="One in each line. Whoever sees the plan sees them." {...form.field('options')} />
          </>
        )}
        {kind === 'host-path' && (
          <>
            <TextInput label="Folder" isMono placeholder="/srv/apps" help="For site administrators." {...form.field('path')} />
            <Checkbox label="Each volume is a folder in it" help="Otherwise all of them are that folder." {...form.field('is-parent')} />
          </>
        )}
        {kind === 'persistent' && (
          <>
            <TextInput label="Storage class" isOptional isMono placeholder="the cluster's usual one" {...form.field('storage-class')} />
            <Select label="Used by" options={Object.entries(ACCESS).map(([value, text]) => ({ value: value as keyof typeof ACCESS, text: text.charAt(0).toUpperCase() + text.slice(1) }))} {...form.field('access')} />
          </>
        )}
        {kind === 'ephemeral' && <Checkbox label="In memory" help="Where it counts as the unit's." {...form.field('is-in-memory')} />}
        {isSized(kind) && <TextInput label="Size" isOptional inputMode="numeric" unit="GiB" help="Of volumes that say nothing else." {...form.field('size')} />}
        <Checkbox label="Every organization may use it" help="Otherwise it belongs to this organization. For site administrators." {...form.field('is-shared')} />
      </Form>
    </Dialog>
  )
}

export function DeleteVolumeDialog({ organization, volume, onClose }: { organization: string; volume: Volume; onClose: () => void }) {
  const refresh = useRefreshVolumes()
  const { name, apps, jobs, kind } = volume.attributes
  const cannot = inUse(name, apps, jobs)
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${name}?`}
      verb="Delete volume"
      isDanger
      disabledReason={cannot}
      {...(!cannot && { nameToType: name })}
      onConfirm={async () => {
        await call('delete', '/api/v2/volumes/{volume}', { params: { path: { volume: volume.id } } })
        toast({ text: `${name} is being deleted.` })
        await refresh()
      }}
    >
      {cannot ? (
        <Alert tone="danger" title="It is in use" action={<Link to={addresses.impact(organization, volume.id)}>What depends on it</Link>}>
          {cannot}
        </Alert>
      ) : (
        <Stack gap={3}>
          <p>{kind === 'host-path' ? 'It is gone from here. The files in its folder stay on the machine.' : 'It is deleted with all that is in it, which cannot be had again.'}</p>
          <Command text={`slipway volume delete ${quoted(name)} --yes`} />
        </Stack>
      )}
    </ConfirmDialog>
  )
}

export function DeletePlanDialog({ plan, onClose }: { plan: VolumePlan; onClose: () => void }) {
  const refresh = useRefreshVolumes()
  const { name } = plan.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the plan ${name}?`}
      verb="Delete plan"
      isDanger
      onConfirm={async () => {
        await call('delete', '/api/v2/volume-plans/{volume_plan}', { params: { path: { volume_plan: plan.id } } })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>Only a plan that no volume has can be deleted.</p>
        <Command text={`slipway volume-plan delete ${quoted(name)} --yes`} />
      </Stack>
    </ConfirmDialog>
  )
}
