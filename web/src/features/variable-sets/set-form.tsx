// The settings of a variable set: of a new one, and of one that is.
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import type { VariableSetRow } from './queries'
import { quoted } from './words'

export interface SetValues {
  name: string
  description: string
  global: boolean
  priority: boolean
  tags: readonly string[]
}

export const NEW_SET: SetValues = { name: '', description: '', global: false, priority: false, tags: [] }

export function setValues({ attributes }: VariableSetRow): SetValues {
  const { name, description, global, priority } = attributes
  return { name, description, global, priority, tags: attributes.tags.map(({ key, value }) => (value ? `${key}=${value}` : key)) }
}

/** As requests carry them. */
export function setAttributes({ tags, ...values }: SetValues) {
  return {
    ...values,
    name: values.name.trim(),
    tags: tags.map((tag) => {
      const [, key = tag, value] = /^([^=]*)=(.*)$/s.exec(tag) ?? []
      return { key, value: value ?? null }
    }),
  }
}

/** As flags of the command line; what is as in `before` is left out. */
export function setFlags(before: SetValues, after: SetValues): readonly (string | false)[] {
  const areTagsOther = JSON.stringify(before.tags) !== JSON.stringify(after.tags)
  return [
    before.description !== after.description && `--description ${quoted(after.description)}`,
    before.global !== after.global && `--global ${after.global}`,
    before.priority !== after.priority && `--priority ${after.priority}`,
    ...(areTagsOther ? after.tags.map((tag) => `--tag ${quoted(tag)}`) : []),
  ]
}

export function SetFields({ form, disabledReason }: { form: FormState<SetValues>; disabledReason?: string | null }) {
  return (
    <>
      <TextInput label="Name" isMono placeholder="aws-credentials" disabledReason={disabledReason} {...form.field('name')} />
      <TextInput label="Description" isOptional disabledReason={disabledReason} {...form.field('description')} />
      <Checkbox
        label="For every workspace of the organization"
        help="Also for those that are made later. What a workspace or a narrower set says wins over it."
        disabledReason={disabledReason}
        {...form.field('global')}
      />
      {!form.values.global && (
        <MultiSelect
          label="For workspaces with one of these tags"
          isOptional
          isMono
          createLabel="Tag"
          placeholder="env=prod"
          options={form.values.tags.map((value) => ({ value }))}
          disabledReason={disabledReason}
          {...form.field('tags')}
        />
      )}
      <Checkbox
        label="Has priority"
        help="Its values win over the workspace's own and over values given with a run. For what nobody may change."
        disabledReason={disabledReason}
        {...form.field('priority')}
      />
    </>
  )
}
