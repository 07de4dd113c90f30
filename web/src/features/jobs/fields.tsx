// What is said about a job, in the form of a new one and in its settings.
import { useQuery } from '@tanstack/react-query'
import { Radio } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { FieldGroup } from '@/ui/field-group'
import { Fold } from '@/ui/fold'
import { Stack } from '@/ui/layout'
import { TimesPreview } from '@/ui/next-times'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { plansOf } from './queries'
import { CONCURRENCY, type Values } from './words'

export function WhatRuns({ organization, form }: { organization: string; form: FormState<Values> }) {
  const plans = useQuery({ ...plansOf(organization), retry: false }).data?.data ?? []
  return (
    <FieldGroup title="What runs">
      <TextInput label="Image" isMono placeholder="registry.example.com/report:1.2" help="The digest that the name has when it is saved is kept." {...form.field('image')} />
      <Textarea label="Command" isOptional isMono rows={3} placeholder={'./manage.py\nreport\n--all'} help="The program, then its arguments, one in each line; without it what the image says." {...form.field('command')} />
      <Combobox
        label="Plan"
        isOptional={form.values.plan === ''}
        placeholder={plans.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
        help="How much a run may take."
        options={plans.map(({ attributes }) => ({ value: attributes.name }))}
        {...form.field('plan')}
      />
    </FieldGroup>
  )
}

export function WhenItRuns({ form }: { form: FormState<Values> }) {
  const { when, cron, 'time-zone': zone } = form.values
  return (
    <FieldGroup title="When">
      <Radio
        label="It runs"
        options={[
          { value: 'clock', label: 'By the clock', help: 'And when somebody wants it.' },
          { value: 'person', label: 'Only when somebody wants it' },
        ]}
        {...form.field('when')}
      />
      {when === 'clock' && (
        <>
          <TextInput label="Schedule" isMono placeholder="0 3 * * *" help="Minute, hour, day of the month, month, day of the week." {...form.field('cron')} />
          <TextInput label="Time zone" isMono placeholder="Europe/Berlin" {...form.field('time-zone')} />
          {cron.trim() && <TimesPreview times={{ cron: cron.trim(), 'time-zone': zone.trim() || 'UTC' }} />}
        </>
      )}
      <Fold title="How its runs go" about="as most jobs do">
        <Stack gap={4}>
          <Select
            label="When one is due while another goes on"
            options={Object.entries(CONCURRENCY).map(([value, text]) => ({ value: value as Values['concurrency'], text }))}
            {...form.field('concurrency')}
          />
          <TextInput label="A run may take" inputMode="numeric" unit="minutes" help="What takes longer is ended and has failed." {...form.field('deadline-seconds')} />
          <TextInput label="A run that failed is tried again" inputMode="numeric" unit="times" help="10 at most." {...form.field('retries')} />
          <TextInput label="It may begin late by" inputMode="numeric" unit="minutes" help="Later than that it was missed." {...form.field('start-within-seconds')} />
          <TextInput label="Runs that are kept" inputMode="numeric" unit="runs" help="With their logs." {...form.field('kept-runs')} />
        </Stack>
      </Fold>
    </FieldGroup>
  )
}

export function AboutIt({ form }: { form: FormState<Values> }) {
  return (
    <FieldGroup title="About it">
      <TextInput label="Description" isOptional help="What it is for, in a sentence." {...form.field('description')} />
      <MultiSelect
        label="Labels"
        isOptional
        isMono
        createLabel="New label"
        placeholder="team=shop"
        options={form.values.labels.map((value) => ({ value }))}
        {...form.field('labels')}
      />
    </FieldGroup>
  )
}
