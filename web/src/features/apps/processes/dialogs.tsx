// What is said of a single process: its plan, labels and annotations, and how many units the cluster gives it. Mounted while open.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Textarea, TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type App, plansOf, type Process, useRefreshApps } from '../queries'
import { planWords } from '../words'
import type { ProcessSettings } from './queries'
import { changesOf, problemsOf, type Scaling, scalingCommand, scalingFor, scalingOf, scalingProblems, updateCommand, type Values, valuesOf } from './words'

interface DialogProps {
  app: App
  settings: ProcessSettings
  onClose: () => void
}

export function SettingsDialog({ organization, app, settings, onClose }: DialogProps & { organization: string }) {
  const refresh = useRefreshApps()
  const { name, plan } = app.attributes
  const { process } = settings.attributes
  const plans = useQuery({ ...plansOf(organization), retry: false }).data?.data ?? []
  // As it was when the dialog was opened.
  const [before] = useState(() => valuesOf(settings))
  const form = useForm<Values>({
    initial: before,
    check: problemsOf,
    submit: (values) =>
      call('patch', '/api/v2/apps/{app}/process-settings/{process}', {
        params: { path: { app: app.id, process } },
        body: { data: { type: 'app-process-settings', attributes: { ...changesOf(before, values), ...(values.staged && { staged: true }) } } },
      }),
    onDone: (_, { staged }) => {
      onClose()
      toast({ text: staged ? `The next deploy or restart brings it to the units of ${process}.` : `${process} is changed.` })
      void refresh()
    },
  })
  const isSame = Object.keys(changesOf(before, form.values)).length === 0
  return (
    <Dialog isOpen onClose={onClose} title={`Settings of ${process}`} size="md">
      <Form form={form} submit="Save" isWide disabledReason={isSame ? 'Nothing is changed yet.' : null} command={updateCommand(name, process, before, form.values)}>
        <Combobox
          label="Plan"
          isOptional
          placeholder={`${plan.name}, as the app's`}
          help="How much each of its units may take. One of its own is taken as it is, whatever amounts the app has of its own."
          options={plans.map(({ attributes }) => ({ value: attributes.name, detail: planWords(attributes) }))}
          {...form.field('plan')}
        />
        <Textarea label="Labels" isOptional isMono rows={2} placeholder="team=core" help="key=value, one in each line, for tools of the cluster." {...form.field('labels')} />
        <Textarea label="Annotations" isOptional isMono rows={2} placeholder="example.com/docs=https://wiki.example.com/shop" {...form.field('annotations')} />
        <Checkbox label="Later" help="Units run on with what they have, until the next deploy or restart. Otherwise they are exchanged now." {...form.field('staged')} />
      </Form>
    </Dialog>
  )
}

/** `process` is how it runs; nothing where it does not. */
export function AutoscaleDialog({ app, settings, process, onClose }: DialogProps & { process: Process | undefined }) {
  const refresh = useRefreshApps()
  const { name } = app.attributes
  const { process: of, autoscale } = settings.attributes
  const form = useForm<Scaling>({
    initial: scalingOf(autoscale, process?.units ?? 1),
    check: scalingProblems,
    submit: (values) =>
      call('put', '/api/v2/apps/{app}/process-settings/{process}/autoscale', {
        params: { path: { app: app.id, process: of } },
        body: { data: { type: 'app-autoscales', attributes: scalingFor(values) } },
      }),
    onDone: () => {
      onClose()
      toast({ text: `The cluster says from now on how many units of ${of} run.` })
      void refresh()
    },
  })
  return (
    <Dialog isOpen onClose={onClose} title={`Let the cluster scale ${of}`} size="md">
      <Form form={form} submit={autoscale ? 'Save' : 'Let it scale'} isWide command={scalingCommand(name, of, form.values)}>
        <TextInput label="Fewest units" inputMode="numeric" {...form.field('min-units')} />
        <TextInput label="Most units" inputMode="numeric" help="As many are counted by quotas." {...form.field('max-units')} />
        <TextInput label="Processor" isOptional inputMode="numeric" unit="%" help="How busy its units shall be on average, of what their plan gives them. Busier ones get others beside them." {...form.field('processor-percent')} />
        <TextInput label="Memory" isOptional inputMode="numeric" unit="%" help="How full they shall be on average." {...form.field('memory-percent')} />
      </Form>
    </Dialog>
  )
}

export function UnsetDialog({ app, settings, onClose }: DialogProps) {
  const refresh = useRefreshApps()
  const { process } = settings.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Scale ${process} by hand again?`}
      verb="Scale it by hand"
      onConfirm={async () => {
        await call('delete', '/api/v2/apps/{app}/process-settings/{process}/autoscale', { params: { path: { app: app.id, process } } })
        toast({ text: `${process} keeps the units that it has.` })
        await refresh()
      }}
    >
      <Stack gap={3}>
        <p>As many units stay as there are then, until somebody scales it.</p>
        <Command text={`slipway app autoscale unset ${quoted(process)} --app ${quoted(app.attributes.name)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
