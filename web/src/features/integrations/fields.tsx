// The inputs of one way into a kind, drawn from its schema.
import { MultiSelect } from '@/ui/combobox'
import { CopyButton } from '@/ui/copy-button'
import { Anchor } from '@/ui/link'
import { Select } from '@/ui/select'
import { TextInput, Textarea } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { helpOf } from './help'
import { HostKeys } from './host-keys'
import type { Method, SchemaField } from './schema'
import { type Integration, isKept, keptKey, keptNames, type Values } from './values'
import styles from './integrations.module.css'

interface FieldsProps {
  organization: string
  kind: string
  form: FormState<Record<string, string>>
  method: Method | undefined
  /** Null for a new one. */
  integration: Integration | null
  disabledReason: string | null
}

export function Fields({ organization, kind, form, method, integration, disabledReason }: FieldsProps) {
  if (!method) return null
  const links = helpOf(kind, method.name, form.values as Values)
  return (
    <>
      {method.name === 'oauth' && <Redirect />}
      {method.fields.map((field) => (
        <FieldInput key={`${method.name} ${field.name}`} organization={organization} field={field} form={form} integration={integration} disabledReason={disabledReason} />
      ))}
      {links.length > 0 && (
        <div className={styles.help}>
          {links.map(({ text, href }) => (
            <Anchor key={href} href={href}>
              {text}
            </Anchor>
          ))}
        </div>
      )}
    </>
  )
}

/** What the forge asks for when the application is made there. */
function Redirect() {
  const address = `${window.location.origin}/connections/callback`
  return (
    <div className={styles.redirect}>
      <span>
        <code>{address}</code>
        <CopyButton text={address} what="the redirect address" />
      </span>
      <small>Make an application at the forge first, with this as its redirect address; it then shows the client id and secret.</small>
    </div>
  )
}

function FieldInput({ organization, field, form, integration, disabledReason }: Omit<FieldsProps, 'kind' | 'method'> & { field: SchemaField }) {
  const kept = isKept(integration, field)
  const bound = form.field(field.name)
  const common = {
    ...bound,
    value: bound.value ?? '',
    label: field.title,
    isOptional: !field.isRequired && field.form !== 'choice',
    isMono: true,
    disabledReason,
    help: kept ? `${field.description} One is kept: leave this empty to keep it.` : field.description,
    placeholder: field.example || (integration ? field.initial : ''),
  }
  if (field.form === 'choice') {
    const options = field.initial || field.isRequired ? field.choices : [{ value: '', text: 'Not said' }, ...field.choices]
    return <Select {...common} isOptional={false} options={options} />
  }
  if (field.form === 'values') return <Entries field={field} form={form} integration={integration} common={common} />
  if (field.name === 'host-keys') {
    return (
      <>
        <Textarea {...common} rows={3} />
        <HostKeys organization={organization} address={form.values['url'] ?? ''} onPin={(lines) => form.set({ [field.name]: lines })} disabledReason={disabledReason} />
      </>
    )
  }
  if (field.form === 'lines') return <Textarea {...common} rows={4} />
  return (
    <TextInput
      {...common}
      {...(field.isSecret && { type: 'password' as const, autoComplete: 'new-password' })}
      {...(field.form === 'number' && { inputMode: 'numeric' as const })}
    />
  )
}

interface EntriesProps {
  field: SchemaField
  form: FieldsProps['form']
  integration: Integration | null
  common: Parameters<typeof Textarea>[0]
}

/** Names with values, a line each; of secret ones the names that are kept. */
function Entries({ field, form, integration, common }: EntriesProps) {
  const names = field.isSecret ? keptNames(integration, field.name) : []
  const key = keptKey(field.name)
  return (
    <>
      {names.length > 0 && (
        <MultiSelect
          label={`${field.title} that are kept`}
          isMono
          value={(form.values[key] ?? '').split(',').filter(Boolean)}
          onChange={(value) => form.set({ [key]: value.join(',') })}
          options={names.map((value) => ({ value }))}
          help="Take one away to remove it."
          disabledReason={common.disabledReason}
        />
      )}
      <Textarea {...common} rows={4} placeholder={'NAME=value'} help={`${field.description} A line each: NAME=value.`} />
    </>
  )
}
