// How code is kept in a git workspace: for a new one and for one that is there.
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { type Keeping, modes } from './words'

interface KeepingFieldsProps {
  form: Pick<FormState<Keeping>, 'values' | 'field'>
  disabledReason: string | null
  /** Why branch and directory stay. */
  placeReason?: string | null
}

export function KeepingFields({ form, disabledReason, placeReason = null }: KeepingFieldsProps) {
  const place = disabledReason ?? placeReason
  return (
    <>
      <TextInput label="Branch" isOptional isMono placeholder="the default branch" {...form.field('branch')} help="Where the code is kept." disabledReason={place} />
      <TextInput label="Directory" isOptional isMono placeholder="the top" {...form.field('directory')} help="Below it each resource has a directory of its own." disabledReason={place} />
      <Select
        label="Changes come"
        options={modes}
        help={form.values.mode === 'push' ? 'A branch for each change, merged when the change is confirmed.' : 'Merging approves the change, closing rejects it, if whoever does so may do that here.'}
        disabledReason={disabledReason}
        {...form.field('mode')}
      />
      <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." disabledReason={disabledReason} />
    </>
  )
}
