// What is written about an app, and its plan.
import { useState } from 'react'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Section } from '@/ui/section'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { type About, AboutFields } from '../form/fields'
import { type App, useOpenApp, useRefreshApps } from '../queries'
import { refusal } from '../words'

export default function Settings() {
  const { organization, app, etag } = useOpenApp()
  const { name } = app.attributes
  const refresh = useRefreshApps()
  // As it was when the form was opened: a change by somebody else in between is refused, not lost.
  const [{ before, from }, setSeen] = useState({ before: aboutOf(app), from: etag })
  const form = useForm<About, Awaited<ReturnType<typeof save>>>({
    initial: before,
    submit: (values) => save(app.id, changesOf(before, values), from),
    onDone: (saved, values) => {
      setSeen({ before: aboutOf(saved.data as App), from: saved.etag })
      toast({ text: values.plan === before.plan ? `${name} is changed.` : `${name} has another plan from the next deploy or restart on.` })
      void refresh()
    },
  })
  const changes = changesOf(before, form.values)
  const isSame = Object.keys(changes).length === 0
  return (
    <Split
      isFollowing
      aside={
        <Section title="The same from a terminal">
          <Command
            text={command(
              `slipway app update ${quoted(name)}`,
              changes.plan && `--plan ${quoted(changes.plan)}`,
              changes.description !== undefined && `--description ${quoted(changes.description)}`,
              ...(changes.labels ?? []).map((label) => `--label ${quoted(label)}`),
              changes.labels?.length === 0 && '--no-labels',
            )}
          />
        </Section>
      }
    >
      <Form form={form} submit="Save" isWide disabledReason={refusal(app, 'can-update') ?? (isSame ? 'Nothing is changed yet.' : null)}>
        <AboutFields organization={organization} form={form} planHelp="How much each of its units may take. Another one counts from the next deploy or restart on." />
      </Form>
    </Split>
  )
}

const aboutOf = ({ attributes }: App): About => ({ plan: attributes.plan.name, description: attributes.description, labels: attributes.labels })

const save = (app: string, attributes: Changes, from: string | undefined) =>
  call('patch', '/api/v2/apps/{app}', {
    params: { path: { app } },
    body: { data: { type: 'apps', attributes } },
    ...(from && { headers: { 'if-match': from } }),
  })

interface Changes {
  plan?: string
  description?: string
  labels?: string[]
}

/** Only what differs. */
function changesOf(before: About, values: About): Changes {
  const description = values.description.trim()
  return {
    ...(values.plan && values.plan !== before.plan && { plan: values.plan }),
    ...(description !== before.description && { description }),
    ...(JSON.stringify(values.labels) !== JSON.stringify(before.labels) && { labels: [...values.labels] }),
  }
}
