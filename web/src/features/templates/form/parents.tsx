// What a resource of a template stands on: so many of which others.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '@/lib/delayed'
import { Combobox } from '@/ui/combobox'
import { Rows } from '@/ui/rows'
import { Section } from '@/ui/section'
import { TextInput } from '@/ui/text-input'
import { templatesLike } from '../queries'
import type { ParentValues } from '../values'
import type { PartProps } from './form'
import styles from '../templates.module.css'

const BLANK = { template: '', minimum: '1', maximum: '1', group: '' }

export function Parents({ organization, form, disabledReason }: PartProps) {
  return (
    <Section title="What it stands on" about="A resource is ordered on resources of these templates, and may use their outputs. Parents with the same group are alternatives: one of them is enough.">
      <Rows
        label="Parents"
        rows={form.values.parents}
        onChange={(parents) => form.set({ parents })}
        blank={BLANK}
        add="Add a parent"
        nameOf={({ template }, at) => `parent ${template || at + 1}`}
        error={form.problems['parents']}
        disabledReason={disabledReason}
      >
        {(parent, set, at) => <Parent organization={organization} form={form} disabledReason={disabledReason} parent={parent} set={set} at={at} />}
      </Rows>
    </Section>
  )
}

interface ParentProps extends PartProps {
  parent: ParentValues
  set: (changes: Partial<ParentValues>) => void
  at: number
}

function Parent({ organization, form, disabledReason, parent, set, at }: ParentProps) {
  const common = (field: keyof ParentValues) => ({ isLabelHidden: at > 0, isMono: true, disabledReason, error: form.problems[`parents/${at}/${field}`] })
  return (
    <>
      <TemplateChoice organization={organization} own={form.values.key} value={parent.template} onChange={(template) => set({ template })} {...common('template')} />
      <div className={styles.numbers}>
        <TextInput label="At least" inputMode="numeric" value={parent.minimum} onChange={(minimum) => set({ minimum })} {...common('minimum')} />
        <TextInput label="At most" inputMode="numeric" placeholder="any" value={parent.maximum} onChange={(maximum) => set({ maximum })} {...common('maximum')} />
        <TextInput label="Group" placeholder="none" value={parent.group} onChange={(group) => set({ group })} {...common('group')} />
      </div>
    </>
  )
}

interface TemplateChoiceProps {
  organization: string
  /** Nothing stands on itself. */
  own: string
  value: string
  onChange: (key: string) => void
  isLabelHidden: boolean
  error: string | undefined
  disabledReason: string | null
}

function TemplateChoice({ organization, own, value, ...rest }: TemplateChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const { data, isFetching } = useQuery({ ...templatesLike(organization, search), placeholderData: (before) => before })
  const found = (data?.data ?? []).filter(({ attributes }) => attributes.key !== own)
  const options = found.map(({ attributes }) => ({ value: attributes.key, detail: attributes.name, icon: 'template' as const }))
  const isKnown = value === '' || options.some((option) => option.value === value)
  return (
    <Combobox
      {...rest}
      label="Template"
      isMono
      value={value}
      onSearch={setTyped}
      isLoading={isFetching}
      placeholder="Choose a template"
      options={isKnown ? options : [{ value, icon: 'template' }, ...options]}
    />
  )
}
