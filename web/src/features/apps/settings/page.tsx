// What is written about an app, and its plan.
import { useState } from 'react'
import { call, type Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Split, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type About, AboutFields } from '../form/fields'
import { ProcessSection } from '../processes/section'
import { type App, useOpenApp, useRefreshApps } from '../queries'
import { RepositorySection } from '../repository/section'
import { refusal } from '../words'
import { isSameOverride, type Override, overrideFlags, overrideFor, overrideOf, overrideProblems } from './override'
import { AppQuota } from './quota'

export default function Settings() {
  const { organization, app, etag } = useOpenApp()
  const { name } = app.attributes
  const refresh = useRefreshApps()
  // As it was when the form was opened: a change by somebody else in between is refused, not lost.
  const [{ before, from }, setSeen] = useState({ before: aboutOf(app), from: etag })
  const form = useForm<Values, Awaited<ReturnType<typeof save>>>({
    initial: before,
    check: overrideProblems,
    submit: (values) => save(app.id, changesOf(before, values), from),
    onDone: (saved, values) => {
      setSeen({ before: aboutOf(saved.data as App), from: saved.etag })
      const isAsBefore = values.plan === before.plan && isSameOverride(before, values)
      toast({ text: isAsBefore ? `${name} is changed.` : `${name} has other amounts from the next deploy or restart on.` })
      void refresh()
    },
  })
  const changes = changesOf(before, form.values)
  const isSame = Object.keys(changes).length === 0
  const isPlanned = Object.keys(overrideFor(before)).length === 0
  return (
    <Split
      isFollowing
      aside={
        <Section title="The same from a terminal">
          <Command
            text={command(
              `slipway app update ${quoted(name)}`,
              changes.plan && `--plan ${quoted(changes.plan)}`,
              ...overrideFlags(before, form.values),
              changes.description !== undefined && `--description ${quoted(changes.description)}`,
              ...(changes.labels ?? []).map((label) => `--label ${quoted(label)}`),
              changes.labels?.length === 0 && '--no-labels',
            )}
          />
        </Section>
      }
    >
      <Stack gap={6}>
        <Form form={form} submit="Save" isWide disabledReason={refusal(app, 'can-update') ?? (isSame ? 'Nothing is changed yet.' : null)}>
          <AboutFields organization={organization} form={form} planHelp="How much each of its units may take. Another one counts from the next deploy or restart on." />
          <Fold title="Other amounts than its plan's" about={isPlanned ? 'it has none' : 'some are its own'} isOpen={!isPlanned}>
            <Stack gap={4}>
              <TextInput label="Memory" isOptional inputMode="numeric" unit="MiB" placeholder="the plan's" help="That each unit may take; 0 is as much as there is." {...form.field('memory')} />
              <TextInput label="Processor" isOptional unit="CPU" placeholder="the plan's" help="That each unit has; 0 is as much as there is." {...form.field('processor')} />
              <TextInput label="While others leave it" isOptional unit="times as much" placeholder="the plan's" {...form.field('burst')} />
            </Stack>
          </Fold>
        </Form>
        <ProcessSection organization={organization} app={app} />
        <RepositorySection organization={organization} app={app} />
        <AppQuota organization={organization} app={app} />
      </Stack>
    </Split>
  )
}

type Values = About & Override

const aboutOf = ({ attributes }: App): Values => ({
  plan: attributes.plan.name,
  description: attributes.description,
  labels: attributes.labels,
  ...overrideOf(attributes['plan-override']),
})

const save = (app: string, attributes: Changes, from: string | undefined) =>
  call('patch', '/api/v2/apps/{app}', {
    params: { path: { app } },
    body: { data: { type: 'apps', attributes } },
    ...(from && { headers: { 'if-match': from } }),
  })

interface Changes {
  plan?: string
  'plan-override'?: Schema<'AppPlanOverride'>
  description?: string
  labels?: string[]
}

/** Only what differs. */
function changesOf(before: Values, values: Values): Changes {
  const description = values.description.trim()
  return {
    ...(values.plan && values.plan !== before.plan && { plan: values.plan }),
    ...(!isSameOverride(before, values) && { 'plan-override': overrideFor(values) }),
    ...(description !== before.description && { description }),
    ...(JSON.stringify(values.labels) !== JSON.stringify(before.labels) && { labels: [...values.labels] }),
  }
}
