// What apps are given that use a resource of a template.
import { Rows } from '@/ui/rows'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import type { PartProps } from './form'

export function AppFields({ form, disabledReason }: PartProps) {
  const { service } = form.values
  if (form.values['is-abstract'] && service.length === 0) return null
  return (
    <Section title="Service for apps" about="Apps can be bound to its resources: they get these outputs in their environment.">
      <Rows
        label="Outputs for apps"
        rows={service}
        onChange={(rows) => form.set({ service: rows })}
        blank={{ output: '', variable: '' }}
        add="Add an output"
        nameOf={({ output }, at) => `output ${output || at + 1}`}
        error={form.problems['service'] ?? form.problems['service/outputs']}
        disabledReason={disabledReason}
      >
        {(binding, set, at) => {
          const common = (field: string) => ({ isMono: true, isLabelHidden: at > 0, disabledReason, error: form.problems[`service/outputs/${at}/${field}`] })
          return (
            <>
              <TextInput label="Output" placeholder="url" value={binding.output} onChange={(output) => set({ output })} {...common('output')} />
              <TextInput label="Variable of the app" placeholder="DATABASE_URL" value={binding.variable} onChange={(variable) => set({ variable })} {...common('variable')} />
            </>
          )
        }}
      </Rows>
    </Section>
  )
}
