// The input of one value, made of its type: lists, maps and objects down to any depth.
import { Button, IconButton } from './button'
import { MultiSelect } from './combobox'
import { Fieldset } from './field'
import { Select } from './select'
import { Textarea, TextInput } from './text-input'
import { parsed, type Shape, type ShapeField, typed } from './value-shape'
import styles from './value-input.module.css'

export interface ValueInputProps {
  /** Says what it is. */
  label: string
  /** The label stands beside it already. */
  isLabelHidden?: boolean
  isOptional?: boolean
  shape: Shape
  /** What is given; undefined where it has what comes by itself. */
  value: unknown
  onChange: (value: unknown) => void
  /** What it has without anything given. */
  fallback?: unknown
  /** A secret is there, and stays where no other is given. */
  isKept?: boolean
  help?: string | undefined
  error?: string | undefined
  disabledReason?: string | null
  name?: string
}

export function ValueInput(props: ValueInputProps) {
  const { shape, value, onChange, fallback, isKept = false, label, isLabelHidden = false, isOptional = false, help, error, disabledReason = null, name } = props
  const field = { label, isLabelHidden, isOptional, help, error, disabledReason, ...(name && { name }) }
  const hasFallback = !shape.isSecret && fallback !== undefined && fallback !== null
  const shown = hasFallback ? inWords(fallback) : shape.isSecret && isKept ? 'keeps the one that it has' : ''
  switch (shape.kind) {
    case 'choice':
      return <Choice {...props} />
    case 'flag':
      return <Choice {...props} shape={{ ...shape, options: [true, false] }} />
    case 'text':
    case 'number':
      return (
        <TextInput
          {...field}
          isMono
          {...(shape.isSecret && { type: 'password' as const, autoComplete: 'new-password' })}
          {...(shape.kind === 'number' && { inputMode: 'numeric' as const })}
          placeholder={shown}
          value={value === undefined || value === null ? '' : String(value)}
          onChange={(input) => onChange(typed(shape, input))}
        />
      )
    case 'list':
      return (
        <MultiSelect
          {...field}
          isMono
          createLabel="Add"
          placeholder={shown}
          options={(Array.isArray(value) ? value : []).map((one) => ({ value: String(one) }))}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(words) => onChange(words.length === 0 ? undefined : words.map((word) => typed(shape.item ?? shape, word)))}
        />
      )
    case 'map':
      return <MapInput {...props} />
    case 'object':
      return (
        <Fieldset legend={<Legend label={label} isOptional={props.isOptional} />} help={help} error={error}>
          <ObjectInput fields={shape.fields} value={value} onChange={onChange} disabledReason={disabledReason} />
        </Fieldset>
      )
    case 'objects':
      return <ObjectsInput {...props} />
    case 'any':
      return (
        <Textarea
          {...field}
          isMono
          rows={3}
          help={help ?? 'As JSON.'}
          placeholder={shown}
          value={value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
          onChange={(input) => onChange(parsed(input))}
        />
      )
  }
}

/** As the label of a field. */
function Legend({ label, isOptional }: { label: string; isOptional: boolean | undefined }) {
  return (
    <>
      {label}
      {isOptional && <span className={styles.optional}> optional</span>}
    </>
  )
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function Choice({ shape, value, onChange, fallback, label, isLabelHidden = false, isOptional = false, help, error, disabledReason = null, name }: ValueInputProps) {
  const words = (option: unknown) => (option === true ? 'Yes' : option === false ? 'No' : inWords(option))
  const first = fallback === undefined || fallback === null ? 'Choose' : `As it comes: ${words(fallback)}`
  return (
    <Select
      label={label}
      isLabelHidden={isLabelHidden}
      isOptional={isOptional}
      help={help}
      error={error}
      disabledReason={disabledReason}
      {...(name && { name })}
      value={value === undefined ? '' : JSON.stringify(value)}
      onChange={(chosen) => onChange(chosen === '' ? undefined : (JSON.parse(chosen) as unknown))}
      options={[{ value: '', text: first }, ...shape.options.map((option) => ({ value: JSON.stringify(option), text: words(option) }))]}
    />
  )
}

type Entries = Readonly<Record<string, unknown>>

function MapInput({ label, isOptional, shape, value, onChange, help, error, disabledReason = null }: ValueInputProps) {
  const entries = Object.entries(isEntries(value) ? value : {})
  const put = (next: readonly (readonly [string, unknown])[]) => onChange(next.length === 0 ? undefined : Object.fromEntries(next))
  const item = shape.item ?? shape
  return (
    <Fieldset legend={<Legend label={label} isOptional={isOptional} />} help={help} error={error}>
      {entries.map(([key, one], at) => (
        // Its key is typed into it.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={styles.pair}>
          <TextInput
            label={`Key ${at + 1} of ${label}`}
            isLabelHidden
            isMono
            placeholder="key"
            disabledReason={disabledReason}
            value={key}
            onChange={(name) => put(entries.map((entry, place) => (place === at ? [name, entry[1]] : entry)))}
          />
          <ValueInput
            label={`Value ${at + 1} of ${label}`}
            isLabelHidden
            shape={item}
            disabledReason={disabledReason}
            value={one === '' ? undefined : one}
            onChange={(next) => put(entries.map((entry, place) => (place === at ? [key, next ?? ''] : entry)))}
          />
          <IconButton icon="close" label={`Remove ${key || 'the key'}`} disabledReason={disabledReason} onClick={() => put(entries.filter((_, place) => place !== at))} />
        </div>
      ))}
      <div>
        <Button size="sm" look="quiet" icon="plus" disabledReason={disabledReason ?? ('' in Object.fromEntries(entries) ? 'Give the last one a key first.' : null)} onClick={() => put([...entries, ['', '']])}>
          Add a key
        </Button>
      </div>
    </Fieldset>
  )
}

interface ObjectInputProps {
  fields: readonly ShapeField[]
  value: unknown
  onChange: (value: unknown) => void
  disabledReason: string | null
}

function ObjectInput({ fields, value, onChange, disabledReason }: ObjectInputProps) {
  const entries = isEntries(value) ? value : {}
  const put = (name: string, next: unknown) => {
    const kept = Object.entries({ ...entries, [name]: next }).filter(([, one]) => one !== undefined)
    onChange(kept.length === 0 ? undefined : Object.fromEntries(kept))
  }
  return (
    <div className={styles.object}>
      {fields.map((field) => (
        <ValueInput
          key={field.name}
          label={field.label}
          isOptional={!field.isRequired}
          shape={field.shape}
          help={field.help || undefined}
          disabledReason={disabledReason}
          value={entries[field.name]}
          onChange={(next) => put(field.name, next)}
        />
      ))}
    </div>
  )
}

function ObjectsInput({ label, isOptional, shape, value, onChange, help, error, disabledReason = null }: ValueInputProps) {
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  const put = (next: readonly unknown[]) => onChange(next.length === 0 ? undefined : next)
  return (
    <Fieldset legend={<Legend label={label} isOptional={isOptional} />} help={help} error={error}>
      {items.map((item, at) => (
        // They have no names of their own.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={styles.item}>
          <ObjectInput
            fields={shape.item?.fields ?? []}
            value={item}
            onChange={(next) => put(items.map((one, place) => (place === at ? (next ?? {}) : one)))}
            disabledReason={disabledReason}
          />
          <IconButton icon="close" label={`Remove ${at + 1} of ${label}`} disabledReason={disabledReason} onClick={() => put(items.filter((_, place) => place !== at))} />
        </div>
      ))}
      <div>
        <Button size="sm" look="quiet" icon="plus" disabledReason={disabledReason} onClick={() => put([...items, {}])}>
          Add one to {label}
        </Button>
      </div>
    </Fieldset>
  )
}

function isEntries(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
