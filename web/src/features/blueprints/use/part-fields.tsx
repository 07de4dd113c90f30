// What one part of a blueprint asks for: values that neither the blueprint nor a wire gives, secrets among them.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { fieldsOf, isShown } from '@/lib/form-schema'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { MultiSelect } from '@/ui/combobox'
import { FieldGroup } from '@/ui/field-group'
import { Fold } from '@/ui/fold'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { ValueInput } from '@/ui/value-input'
import { originWords } from '../model'
import { type Part, partForm, type PartForm, type Wire } from '../queries'
import type { PartValues } from './values'

interface PartFieldsProps {
  organization: string
  part: Part
  project: string
  wires: readonly Wire[]
  /** With what its name begins. */
  prefix: string
  values: PartValues
  onChange: (changes: Partial<PartValues>) => void
  /** Within the part: `values/size`, `name`. */
  problemAt: (place: string) => string | undefined
}

export function usePartForm(organization: string, part: Part, project: string) {
  return useQuery(partForm(organization, part, project))
}

export function PartFields(props: PartFieldsProps) {
  const { organization, part, project, wires, prefix, values, onChange, problemAt } = props
  const { data, error, refetch } = usePartForm(organization, part, project)
  const form: PartForm | undefined = data?.data.attributes
  return (
    <FieldGroup title={part.name} about={part.description || `A ${part.template}.`}>
      <TextInput
        label={`Name of ${part.name}`}
        isOptional
        isMono
        placeholder={form?.naming ? form.naming : `${prefix}-${part.name}`}
        help={form?.naming ? 'Made by its template.' : undefined}
        value={values.name}
        onChange={(name) => onChange({ name })}
        error={problemAt('name')}
      />
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {!error && !form && <Skeleton height={80} />}
      {form && <Asked {...props} form={form} />}
      {form && form.integrations.length > 0 && (
        <MultiSelect
          label={`Integrations of ${part.name}`}
          isOptional={!form.integrations.some((one) => one['is-required'])}
          help={`Its runs sign in with them: ${form.integrations.map(({ kind }) => kind).join(', ')}.`}
          options={form.integrations.flatMap(({ kind, candidates }) => candidates.map(({ id, name }) => ({ value: id, text: name, detail: kind, icon: 'plug' as const })))}
          value={values.integrations}
          onChange={(integrations) => onChange({ integrations })}
          error={problemAt('integrations')}
        />
      )}
      {wires.length > 0 && (
        <Text level={3}>
          {wires.map((wire) => `${wire.to.variable} comes from ${originWords(wire)}`).join(', ')}.
        </Text>
      )}
    </FieldGroup>
  )
}

function Asked({ part, wires, values, onChange, problemAt, form }: PartFieldsProps & { form: PartForm }) {
  const wired = new Set(wires.map(({ to }) => to.variable))
  const said = part.values ?? {}
  const resolved = new Map(form.values.map((one) => [one.name, one]))
  const valueOf = (name: string) => values.given[name] ?? said[name] ?? resolved.get(name)?.value
  const fields = fieldsOf(form.schema).filter((field) => !wired.has(field.name) && resolved.get(field.name)?.['is-asked'] !== false && isShown(field, valueOf))
  const isNeeded = (name: string, isRequired: boolean) => (isRequired && !(name in said)) || name in values.given || problemAt(`values/${name}`) !== undefined
  const needed = fields.filter(({ name, isRequired }) => isNeeded(name, isRequired))
  const others = fields.filter((field) => !needed.includes(field))
  const put = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = values.given
    onChange({ given: value === undefined ? rest : { ...rest, [name]: value } })
  }
  const shown = (list: typeof fields) =>
    list.map((field) => (
      <ValueInput
        key={field.name}
        label={field.label}
        isOptional={!field.isRequired || field.name in said}
        shape={field.shape}
        value={values.given[field.name]}
        onChange={(value) => put(field.name, value)}
        fallback={field.shape.isSecret && !(field.name in said) ? undefined : (said[field.name] ?? resolved.get(field.name)?.value)}
        help={field.help || undefined}
        error={problemAt(`values/${field.name}`)}
        name={`${part.name}.${field.name}`}
      />
    ))
  return (
    <>
      {shown(needed)}
      {others.length > 0 && (
        <Fold title={`${counted(others.length, 'more variable')} of ${part.name}`} about={others.length === 1 ? 'it has a value' : 'all have values'}>
          {shown(others)}
        </Fold>
      )}
    </>
  )
}

/** Variables of a part whose values are never shown, as `part.variable`. */
export function secretsOf(part: Part, form: PartForm | undefined): readonly string[] {
  return form ? fieldsOf(form.schema).filter(({ shape }) => shape.isSecret).map(({ name }) => `${part.name}.${name}`) : []
}
