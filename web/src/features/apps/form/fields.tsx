// What is written about an app, in the form of a new one and in its settings.
import { useQuery } from '@tanstack/react-query'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { plansOf } from '../queries'
import { planWords } from '../words'

export interface About {
  readonly description: string
  readonly labels: readonly string[]
  /** By name; empty for the default one. */
  readonly plan: string
}

interface FieldsProps<Values extends About> {
  organization: string
  form: FormState<Values>
  /** What is said of the plan. */
  planHelp: string
}

export function AboutFields<Values extends About>({ organization, form: whole, planHelp }: FieldsProps<Values>) {
  const form = whole as unknown as FormState<About>
  const plans = useQuery({ ...plansOf(organization), retry: false }).data?.data ?? []
  return (
    <>
      <Combobox
        label="Plan"
        isOptional={form.values.plan === ''}
        placeholder={plans.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
        help={planHelp}
        options={plans.map(({ attributes }) => ({ value: attributes.name, detail: planWords(attributes) }))}
        {...form.field('plan')}
      />
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
    </>
  )
}
