// What resources of a template are given: integrations, settings from above, a name.
import { useSuspenseQuery } from '@tanstack/react-query'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Stack } from '@/ui/layout'
import { Rows } from '@/ui/rows'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { NamingExample } from '../naming-example'
import { integrationKinds } from '../queries'
import type { PartProps } from './form'
import { within } from './placed'
import styles from '../templates.module.css'

export function Needs(part: PartProps) {
  const { organization, form, disabledReason } = part
  return (
    <>
      <Section title="Integrations" about="Whose credentials its runs get. Whoever orders chooses one of each kind.">
        <Integrations {...part} />
      </Section>
      <Section title="Names and settings">
        <Stack gap={4}>
          <TextInput
            label="Naming"
            isOptional
            isMono
            placeholder="{project}-{environment}-db"
            {...form.field('naming')}
            help={<NamingExample pattern={form.values.naming} organization={organization} template={form.values.key} />}
            disabledReason={disabledReason}
          />
          <MultiSelect
            label="Required settings"
            isOptional
            isMono
            name="required-settings"
            value={form.values['required-settings']}
            onChange={(names) => form.set({ 'required-settings': names })}
            options={form.values['required-settings'].map((value) => ({ value }))}
            createLabel="New setting"
            placeholder="region"
            help="They have to come from the project or from what the resource stands on."
            error={within(form.problems, 'required-settings')}
            disabledReason={disabledReason}
          />
        </Stack>
      </Section>
    </>
  )
}

function Integrations({ form, disabledReason }: PartProps) {
  const kinds = useSuspenseQuery(integrationKinds).data.data.filter(({ attributes }) => attributes.group !== 'chat')
  const rows = form.values['allowed-integrations']
  const unused = kinds.find(({ id }) => !rows.some(({ kind }) => kind === id))
  return (
    <Rows
      label="Integrations"
      rows={rows}
      onChange={(integrations) => form.set({ 'allowed-integrations': integrations })}
      blank={{ kind: unused?.id ?? 'aws', required: true, isOnePer: false }}
      add="Add an integration"
      nameOf={({ kind }) => `integration ${kind}`}
      error={within(form.problems, 'one-per-integration')}
      disabledReason={disabledReason}
    >
      {(integration, set, at) => (
        <>
          <Select
            label="Kind"
            isLabelHidden={at > 0}
            value={integration.kind}
            onChange={(kind) => set({ kind })}
            options={kinds.map(({ id, attributes }) => ({ value: id, text: attributes.title }))}
            error={form.problems[`allowed-integrations/${at}/kind`]}
            disabledReason={disabledReason}
          />
          <div className={at === 0 ? styles.ticksFirst : styles.ticks}>
            <Checkbox label="Required" value={integration.required} onChange={(required) => set({ required })} disabledReason={disabledReason} />
            <Checkbox label="One resource each" value={integration.isOnePer} onChange={(isOnePer) => set({ isOnePer })} disabledReason={disabledReason} />
          </div>
        </>
      )}
    </Rows>
  )
}
