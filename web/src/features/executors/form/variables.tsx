// The variables of the module that an executor runs, asked for by their types; and values that are for none of them.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { FieldGroup } from '@/ui/field-group'
import { Fold } from '@/ui/fold'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { Textarea, TextInput } from '@/ui/text-input'
import { ValueInput } from '@/ui/value-input'
import { interfaceOf, type ModuleVariable } from '../queries'
import { shapeOf } from './types'
import type { Values } from './values'
import styles from '../executors.module.css'

interface VariablesProps {
  /** Its id; empty while it is not known which module it is. */
  sourceCode: string
  values: Values
  onChange: (changes: Partial<Values>) => void
  problemAt: (key: string) => string | undefined
}

/** The module's interface, for what it asks and which of its variables are secrets. */
export function useModule(sourceCode: string, { ref, directory }: Pick<Values, 'ref' | 'directory'>) {
  return useQuery({ ...interfaceOf(sourceCode, ref.trim(), directory.trim()), enabled: sourceCode !== '' && ref.trim() !== '', retry: false })
}

export function Variables({ sourceCode, values, onChange, problemAt }: VariablesProps) {
  const { data, error, refetch, isLoading } = useModule(sourceCode, values)
  const variables: readonly ModuleVariable[] = data?.data.attributes.variables ?? []
  const isGiven = ({ name }: ModuleVariable) => name in values.given || name in values.expressions || values.kept.includes(name)
  const shown = variables.filter((variable) => variable.required || isGiven(variable) || problemAt(variable.name))
  const folded = variables.filter((variable) => !shown.includes(variable))
  const fields = { values, onChange, problemAt }
  const known = new Set(variables.map(({ name }) => name))
  const strangers = [...Object.keys(values.given), ...Object.keys(values.expressions), ...values.kept.filter((name) => !(name in values.given))].filter((name) => !known.has(name))
  return (
    <FieldGroup title="Variables" {...(data && { count: variables.length })} about={data ?? error ? undefined : 'What the module takes stands here once its directory is chosen.'}>
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {isLoading && <Skeleton height={80} />}
      {data && variables.length === 0 && <Text level={3}>It takes nothing.</Text>}
      {shown.map((variable) => (
        <Variable key={variable.name} variable={variable} {...fields} />
      ))}
      {folded.length > 0 && (
        <Fold title={counted(folded.length, 'more variable')} about={folded.length === 1 ? 'it has a default' : 'all have defaults'} isOpen={shown.length === 0}>
          {folded.map((variable) => (
            <Variable key={variable.name} variable={variable} {...fields} />
          ))}
        </Fold>
      )}
      {!isLoading && strangers.map((name) => <Stranger key={name} name={name} isKnown={data !== undefined} {...fields} />)}
    </FieldGroup>
  )
}

type FieldProps = Pick<VariablesProps, 'values' | 'onChange' | 'problemAt'>

function Variable({ variable, values, onChange, problemAt }: FieldProps & { variable: ModuleVariable }) {
  const { name } = variable
  const help = [variable.description, ...variable.validations.map(({ message }) => message), variable.deprecated && `Deprecated: ${variable.deprecated}`].filter(Boolean).join(' ')
  const expression = values.expressions[name]
  const isKept = values.kept.includes(name)
  const put = (value: unknown) =>
    onChange({ given: withValue(values.given, name, value), ...(variable.sensitive && { secrets: [...new Set([...values.secrets, name])] }) })
  const reset = () => onChange(without(values, name))
  return (
    <div className={styles.variable}>
      {expression === undefined ? (
        <ValueInput
          label={name}
          isOptional={!variable.required || isKept}
          shape={{ ...shapeOf(variable.type), ...(variable.sensitive && { kind: 'text' as const, isSecret: true }) }}
          value={values.given[name]}
          onChange={put}
          isKept={isKept}
          fallback={variable.sensitive && !isKept ? undefined : (variable.default ?? variable['default-expression'] ?? undefined)}
          help={help || undefined}
          error={problemAt(name)}
          name={name}
        />
      ) : (
        <Textarea
          label={name}
          isOptional={!variable.required}
          isMono
          rows={3}
          help={`${help} As an expression.`.trim()}
          value={expression}
          onChange={(text) => onChange({ expressions: { ...values.expressions, [name]: text } })}
          error={problemAt(name)}
          name={name}
        />
      )}
      <span className={styles.type}>
        <code title={variable.type}>{variable.type}</code>
        {(name in values.given || expression !== undefined || isKept) && !variable.required && (
          <Button size="sm" look="quiet" icon="undo" aria-label={`Reset ${name}`} onClick={reset}>
            Reset
          </Button>
        )}
      </span>
    </div>
  )
}

/** A value for what the module does not take, or for one that cannot be read now. */
function Stranger({ name, isKnown, values, onChange, problemAt }: FieldProps & { name: string; isKnown: boolean }) {
  const isSecret = values.kept.includes(name)
  const expression = values.expressions[name]
  const given = values.given[name]
  return (
    <div className={styles.variable}>
      <TextInput
        label={name}
        isMono
        {...(isSecret && { type: 'password' as const, autoComplete: 'new-password', placeholder: 'keeps the one that it has' })}
        help={isKnown ? 'The module does not take it at this version.' : undefined}
        value={expression ?? (given === undefined ? '' : typeof given === 'string' ? given : JSON.stringify(given))}
        onChange={(text) => onChange(expression === undefined ? { given: withValue(values.given, name, text || undefined) } : { expressions: { ...values.expressions, [name]: text } })}
        error={problemAt(name)}
      />
      <IconButton icon="close" label={`Remove ${name}`} onClick={() => onChange(without(values, name))} />
    </div>
  )
}

function withValue(given: Values['given'], name: string, value: unknown): Values['given'] {
  const { [name]: _, ...rest } = given
  return value === undefined ? rest : { ...rest, [name]: value }
}

function without(values: Values, name: string): Partial<Values> {
  const { [name]: _, ...expressions } = values.expressions
  return { given: withValue(values.given, name, undefined), expressions, kept: values.kept.filter((one) => one !== name) }
}
