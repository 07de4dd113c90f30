// What a template is: its name and key, what it is for, whether it has code.
import { useState } from 'react'
import { Radio } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { TextInput, Textarea } from '@/ui/text-input'
import type { PartProps } from './form'
import { within } from './placed'

interface IdentityProps extends PartProps {
  isNew: boolean
  /** The key that a name suggests. */
  suggest: (name: string) => string
}

export function Identity({ form, disabledReason, isNew, suggest }: IdentityProps) {
  const [isOwn, setOwn] = useState(form.values.key !== '')
  const name = form.field('name')
  return (
    <Section title="What it is">
      <Stack gap={4}>
        <TextInput
          label="Name"
          placeholder="PostgreSQL database"
          {...name}
          onChange={(typed) => form.set({ name: typed, ...(isNew && !isOwn && { key: suggest(typed) }) })}
          help="What people call it."
          disabledReason={disabledReason}
        />
        <TextInput
          label="Key"
          isMono
          {...form.field('key')}
          onChange={(key) => {
            setOwn(key !== '')
            form.set({ key })
          }}
          help="What files and commands call it: small letters, digits, - and _. It never changes."
          disabledReason={disabledReason ?? (isNew ? null : 'A key never changes: files and commands know the template by it.')}
        />
        <Textarea label="Description" isOptional rows={2} {...form.field('description')} help="What it is for, in a sentence or two." disabledReason={disabledReason} />
        <MultiSelect
          label="Labels"
          isOptional
          isMono
          name="labels"
          value={form.values.labels}
          onChange={(labels) => form.set({ labels })}
          options={form.values.labels.map((value) => ({ value }))}
          createLabel="New label"
          placeholder="tier=data"
          help="To find it by: key or key=value."
          error={within(form.problems, 'labels')}
          disabledReason={disabledReason}
        />
        <Radio
          label="What is it?"
          name="is-abstract"
          value={form.values['is-abstract'] ? 'abstract' : 'concrete'}
          onChange={(value) => form.set({ 'is-abstract': value === 'abstract' })}
          error={form.problems['is-abstract']}
          options={[
            { value: 'concrete', label: 'Something with code', help: 'Its resources are made by OpenTofu.', disabledReason },
            { value: 'abstract', label: 'A group', help: 'It has no code; others stand on it.', disabledReason },
          ]}
        />
      </Stack>
    </Section>
  )
}
