// Adding or changing one variable, in the place where it stands.
import { useQueryClient } from '@tanstack/react-query'
import type { Schema } from '@/api/query'
import { Button } from '@/ui/button'
import { Checkbox, Radio } from '@/ui/choice'
import { Form } from '@/ui/form'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { command, quoted } from '../words'
import { freshVariables, type Home, saveVariable, type VariableRow } from './home'
import styles from './variables.module.css'

interface VariableFormProps {
  home: Home
  /** The variable that is changed; null for a new one. */
  variable: VariableRow | null
  /** What a new one starts with: overriding one of a set. */
  start?: { readonly key: string; readonly category: Schema<'VariableCategory'> }
  onClose: () => void
}

export function VariableForm({ home, variable, start, onClose }: VariableFormProps) {
  const queries = useQueryClient()
  const before = variable?.attributes
  const wasSecret = before?.sensitive ?? false
  const form = useForm({
    initial: {
      key: before?.key ?? start?.key ?? '',
      value: before?.value ?? '',
      category: before?.category ?? start?.category ?? 'terraform',
      hcl: before?.hcl ?? false,
      sensitive: wasSecret,
      description: before?.description ?? '',
    },
    submit: async ({ value, ...values }) => {
      // The value of a secret is not known here: it stays unless another one is typed.
      const hasValue = !wasSecret || value !== ''
      await saveVariable(home, variable?.id ?? null, { ...values, key: values.key.trim(), ...(hasValue && { value }) })
      await freshVariables(queries)
    },
    onDone: onClose,
  })
  const { values } = form
  const isInput = values.category === 'terraform'
  return (
    <div className={styles.editor}>
      <Form
        form={form}
        submit={variable ? 'Save variable' : 'Add variable'}
        look="default"
        isWide
        beside={
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
        command={commandOf(home, values)}
      >
        <div className={styles.two}>
          <TextInput
            label="Name"
            isMono
            autoFocus={variable === null && !start}
            placeholder={isInput ? 'region' : 'AWS_REGION'}
            help={isInput ? 'The name of a variable block of the configuration.' : 'Set in the environment of the engine.'}
            {...form.field('key')}
          />
          <TextInput label="Description" isOptional {...form.field('description')} />
        </div>
        <Textarea
          label="Value"
          isMono
          rows={values.hcl || values.value.includes('\n') ? 5 : 2}
          autoFocus={variable !== null || start !== undefined}
          placeholder={wasSecret ? 'Stays as it is unless you type another one' : values.hcl ? '["eu-west-1", "eu-north-1"]' : ''}
          help={values.hcl ? 'An expression of the configuration language: texts in quotes, lists, objects.' : undefined}
          {...form.field('value')}
        />
        <div className={styles.two}>
          <Radio
            label="It is"
            options={[
              { value: 'terraform', label: 'An input of the configuration' },
              { value: 'env', label: 'An environment variable' },
            ]}
            {...form.field('category')}
          />
          <div className={styles.checks}>
            <Checkbox
              label="Sensitive"
              help="Never shown again, masked in logs; it can only be replaced."
              disabledReason={wasSecret ? 'A secret cannot be made readable again. Delete it and add another one.' : null}
              {...form.field('sensitive')}
            />
            <Checkbox
              label="HCL"
              help="The value is an expression, not a plain text."
              disabledReason={isInput ? null : 'Environment variables are plain texts.'}
              {...form.field('hcl')}
            />
          </div>
        </div>
      </Form>
    </div>
  )
}

interface Values {
  key: string
  value: string
  category: Schema<'VariableCategory'>
  hcl: boolean
  sensitive: boolean
  description: string
}

/** Secrets are asked for: a command line is seen by others. */
function commandOf(home: Home, { key, value, category, hcl, sensitive, description }: Values): string {
  const name = key.trim() || 'NAME'
  return command(
    'variable set',
    home.kind === 'set' ? `--set ${quoted(home.name)}` : `--workspace ${quoted(home.name)}`,
    category === 'env' && '--env',
    hcl && '--hcl',
    sensitive && '--sensitive',
    description !== '' && `--description ${quoted(description)}`,
    sensitive ? name : quoted(`${name}=${value}`),
  )
}
