// What is asked for: where it stands, what it stands on, and the variables of its version, each with where its value is from.
import { counted } from '@/lib/numbers'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { FieldGroup } from '@/ui/field-group'
import { Fold } from '@/ui/fold'
import { Icon, type IconName } from '@/ui/icon'
import { Section } from '@/ui/section'
import { Sensitive, Unknown } from '@/ui/tag'
import { ValueInput } from '@/ui/value-input'
import type { FormIntegration, FormParent, Origin, OrderForm, Resolved } from '../queries'
import { grouped, type Names, originWords, valueText } from '../words'
import { type Field, fieldsOf, isShown } from '@/lib/form-schema'
import type { Values } from './values'
import styles from './order.module.css'

export interface FieldsProps {
  form: OrderForm
  values: Values
  onChange: (changes: Partial<Values>) => void
  /** What is wrong at a JSON pointer within the attributes: `values/size`. */
  problemAt: (place: string) => string | undefined
  names: Names
  disabledReason: string | null
  /** It is there already: what is frozen stays. */
  isThere?: boolean
}

/** What it stands on, and what its runs are given. */
export function Ground({ form, values, onChange, problemAt, disabledReason }: FieldsProps) {
  if (form.parents.length === 0 && form.integrations.length === 0) return null
  return (
    <FieldGroup title="What it stands on">
      {form.parents.map((parent) => (
        <Choice
          key={parent.template}
          label={parent.template}
          help={parentWords(parent)}
          offered={parent.candidates}
          isMany={parent.maximum !== 1}
          isOptional={parent.minimum === 0}
          chosen={values.parents}
          onChange={(parents) => onChange({ parents })}
          error={problemAt(`parents/${parent.template}`) ?? problemAt('parents')}
          disabledReason={disabledReason}
          icon="resource"
        />
      ))}
      {form.integrations.map((integration) => (
        <Choice
          key={integration.kind}
          label={integration.kind}
          help={integrationWords(integration)}
          offered={integration.candidates}
          isMany={false}
          isOptional={!integration['is-required']}
          chosen={values.integrations}
          onChange={(integrations) => onChange({ integrations })}
          error={problemAt(`integrations/${integration.kind}`) ?? problemAt('integrations')}
          disabledReason={disabledReason}
          icon="plug"
        />
      ))}
    </FieldGroup>
  )
}

interface ChoiceProps {
  label: string
  help: string
  offered: FormParent['candidates']
  isMany: boolean
  isOptional: boolean
  /** All that are chosen, those of other fields among them. */
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
  error: string | undefined
  disabledReason: string | null
  icon: IconName
}

function Choice({ label, help, offered, isMany, isOptional, chosen, onChange, error, disabledReason, icon }: ChoiceProps) {
  const own = chosen.filter((id) => offered.some((one) => one.id === id))
  const put = (next: readonly string[]) => onChange([...chosen.filter((id) => !own.includes(id)), ...next])
  const field = { label, isOptional, error, disabledReason, options: offered.map(({ id, name, status }) => ({ value: id, text: name, detail: status, icon })) }
  const none = offered.length === 0 ? 'There is none that fits, or none that you may use.' : help
  if (isMany) return <MultiSelect {...field} help={none} value={own} onChange={put} />
  return <Combobox {...field} help={none} value={own[0] ?? ''} onChange={(id) => put(id ? [id] : [])} />
}

function parentWords({ minimum, maximum, group }: FormParent): string {
  const number = maximum === null ? (minimum === 0 ? 'Any number' : `${minimum} or more`) : minimum === maximum ? (minimum === 1 ? 'One' : `${minimum}`) : `${minimum} to ${maximum}`
  return group ? `${number}, or another of ${group}.` : `${number} of this template.`
}

function integrationWords({ kind, 'is-required': isRequired }: FormIntegration): string {
  return isRequired ? `Its runs sign in at ${kind} with it.` : `Its runs can sign in at ${kind} with it.`
}

/** The variables, in the parts of the form that their version says; what has a default and no part is folded. */
export function Variables(props: FieldsProps) {
  const { form, values, problemAt } = props
  const resolved = new Map(form.values.map((one) => [one.name, one]))
  const valueOf = (name: string) => values.given[name] ?? resolved.get(name)?.value
  const asked = fieldsOf(form.schema).filter((field) => resolved.get(field.name)?.['is-asked'] !== false && isShown(field, valueOf))
  const isQuiet = (field: Field) => !field.group && !field.isRequired && !(field.name in values.given) && !problemAt(`values/${field.name}`)
  const quiet = asked.filter(isQuiet)
  const groups = grouped(
    asked.filter((field) => !isQuiet(field)),
    ({ group }) => group || 'Values',
  )
  const others = form.values.filter((one) => !one['is-asked'])
  return (
    <>
      {[...groups].map(([title, fields]) => (
        <FieldGroup key={title} title={title} column="Value comes from">
          {fields.map((field) => (
            <Variable key={field.name} {...props} field={field} resolved={resolved.get(field.name)} />
          ))}
        </FieldGroup>
      ))}
      {quiet.length > 0 && (
        <Fold title={counted(quiet.length, 'more variable')} about={quiet.length === 1 ? 'it has a default' : 'all have defaults'} isOpen={groups.size === 0}>
          {quiet.map((field) => (
            <Variable key={field.name} {...props} field={field} resolved={resolved.get(field.name)} />
          ))}
        </Fold>
      )}
      {others.length > 0 && (
        <Fold title={others.length === 1 ? '1 that comes by itself' : `${others.length} that come by themselves`} about="from what it stands on, or fixed by its version" isOpen={others.some(({ problem }) => Boolean(problem))}>
          {others.map((one) => (
            <Given key={one.name} resolved={one} names={props.names} />
          ))}
        </Fold>
      )}
    </>
  )
}

function Variable({ field, resolved, values, onChange, problemAt, names, disabledReason, isThere = false }: FieldsProps & { field: Field; resolved: Resolved | undefined }) {
  const given = values.given[field.name]
  const isOwn = given !== undefined
  const put = (value: unknown) => {
    const { [field.name]: _, ...rest } = values.given
    onChange({ given: value === undefined ? rest : { ...rest, [field.name]: value } })
  }
  const frozen = isThere && field.isFrozen ? 'It stays as it was when the resource was made.' : null
  const roles = field.restricted.length > 0 ? `Only for ${field.restricted.join(', ')}.` : ''
  const help = [field.help, roles, field.deprecated && `Deprecated: ${field.deprecated}`].filter(Boolean).join(' ')
  return (
    <div className={styles.row}>
      <ValueInput
        label={field.label}
        isOptional={!field.isRequired}
        shape={field.shape}
        value={given}
        onChange={put}
        isKept={resolved?.origin?.kind === 'resource'}
        fallback={resolved?.origin?.kind === 'resource' ? undefined : resolved?.value}
        help={help || undefined}
        error={problemAt(`values/${field.name}`)}
        disabledReason={disabledReason ?? frozen}
        name={field.name}
      />
      <div className={styles.origin} data-own={isOwn || undefined}>
        <OriginMark origin={isOwn ? { kind: 'resource' } : (resolved?.origin ?? null)} names={names} />
        {isOwn && field.hasDefault && !frozen && (
          <Button size="sm" look="quiet" icon="undo" aria-label={`Reset ${field.label}`} onClick={() => put(undefined)}>
            Reset
          </Button>
        )}
        <code>{field.type}</code>
      </div>
    </div>
  )
}

/** A value that nobody is asked for. */
function Given({ resolved, names }: { resolved: Resolved; names: Names }) {
  return (
    <div className={styles.row}>
      <div>
        <div>
          <code>{resolved.name}</code>
        </div>
        <ResolvedValue resolved={resolved} />
      </div>
      <div className={styles.origin} style={{ paddingTop: 0 }}>
        <OriginMark origin={resolved.origin ?? null} names={names} />
      </div>
    </div>
  )
}

/** The value as it is known so far. */
export function ResolvedValue({ resolved }: { resolved: Resolved }) {
  if (resolved.problem) return <Badge tone="danger">{resolved.problem}</Badge>
  if (resolved['is-sensitive']) return <Sensitive />
  if (resolved['is-later']) return <Unknown text="known when the run starts" />
  if (resolved.value === null || resolved.value === undefined) return <span className={styles.quiet}>none</span>
  return <code>{valueText(resolved.value)}</code>
}

const ICONS: Readonly<Record<Origin['kind'], IconName>> = {
  resource: 'user',
  reference: 'link',
  setting: 'settings',
  project: 'settings',
  tags: 'tag',
  secret: 'lock',
  version: 'template',
  module: 'file',
}

/** Where a value is from: an icon and words. */
export function OriginMark({ origin, names }: { origin: Origin | null; names: Names }) {
  return (
    <>
      <Icon name={origin ? ICONS[origin.kind] : 'todo'} size={14} />
      <span>{originWords(origin, names)}</span>
    </>
  )
}

/** Beside the form: what it does, from a terminal. */
export function SameCommand({ text }: { text: string }) {
  return (
    <div className={styles.command}>
      <Section title="The same from a terminal">
        <Command text={text} />
      </Section>
    </div>
  )
}
