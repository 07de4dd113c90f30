// How one variable is asked for: a form of its own, whose empty fields leave it as the module says.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Fieldset } from '@/ui/field'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { Text } from '@/ui/text'
import { TextInput, Textarea } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import type { Settings, Variable } from './queries'
import { settingsOf, type SettingsValues, valuesOf } from './settings'
import styles from '../source-codes.module.css'

interface VariableDialogProps {
  organization: string
  variable: Variable
  settings: Settings | null
  /** Names of the other variables, for the condition to show it. */
  others: readonly string[]
  onClose: () => void
  onSave: (settings: Settings | null) => Promise<unknown>
}

/** Mounted while it is open. */
export function VariableDialog(props: VariableDialogProps) {
  return (
    <Dialog isOpen onClose={props.onClose} title={`How ${props.variable.name} is asked for`} size="md">
      <Fields {...props} />
    </Dialog>
  )
}

function Fields({ organization, variable, settings, others, onClose, onSave }: VariableDialogProps) {
  const form = useForm<SettingsValues>({
    initial: valuesOf(settings, variable),
    submit: (values) => onSave(settingsOf(values, variable)),
    onDone: onClose,
  })
  const isText = variable.type === 'string'
  return (
    <Form
      form={form}
      isWide
      submit="Save"
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      <Text level={2}>
        <code>{variable.type}</code> {variable.description}
      </Text>
      <TextInput label="Label" isOptional {...form.field('label')} placeholder={variable.name} help="What people call it." />
      <TextInput label="Part of the form" isOptional {...form.field('group')} placeholder="Network" />
      <Textarea label="Help" isOptional rows={2} {...form.field('help')} placeholder={variable.description ?? ''} />
      <Select
        label="Must be given"
        {...form.field('required')}
        options={[
          { value: '', text: variable.required ? 'As the module says: yes' : 'As the module says: no' },
          { value: 'yes', text: 'Yes' },
          { value: 'no', text: 'No' },
        ]}
      />
      <TextInput label="Default" isOptional isMono {...form.field('default')} placeholder={variable.default === null ? '' : JSON.stringify(variable.default)} help={isText ? 'A text.' : 'As JSON: 3, true, ["a", "b"].'} />
      <Textarea label="Options" isOptional isMono rows={3} {...form.field('options')} help={isText ? 'To choose from, a line each; any value without them.' : 'To choose from, each as JSON in a line of its own.'} />
      <Ticks form={form} />
      <Rules form={form} isText={isText} />
      <div className={styles.two}>
        <Select label="Shown only when" {...form.field('variable')} options={[{ value: '', text: 'Always shown' }, ...others.map((name) => ({ value: name, text: name }))]} />
        {form.values.variable && <TextInput label="is" isMono {...form.field('equals')} help="As JSON; what is none is a text." />}
      </div>
      <Fieldset legend="Comes from what it stands on" help="An output of a template above; it is not asked for then." error={form.problems['reference']}>
        <div className={styles.two}>
          <TextInput label="Template" isMono isOptional {...form.field('template')} placeholder="network" />
          <TextInput label="Output" isMono isOptional {...form.field('output')} placeholder="network_id" />
        </div>
      </Fieldset>
      <RolesField organization={organization} form={form} />
    </Form>
  )
}

function Ticks({ form }: { form: FormState<SettingsValues> }) {
  return (
    <Fieldset legend="Its value">
      <Checkbox label="Frozen" {...form.field('frozen')} help="It stays as it was when the resource was made." />
      <Checkbox label="Unique" {...form.field('unique')} help="No two resources of the template have the same." />
      <Checkbox label="Sensitive" {...form.field('sensitive')} help="It is hidden, though the module does not say so." />
    </Fieldset>
  )
}

function Rules({ form, isText }: { form: FormState<SettingsValues>; isText: boolean }) {
  return (
    <Fieldset legend="What it must be" error={form.problems['rules']}>
      {isText ? (
        <div className={styles.two}>
          <TextInput label="Pattern" isMono isOptional {...form.field('pattern')} placeholder="[a-z]+" help="A regular expression of the whole text." />
          <TextInput label="Characters at most" isOptional inputMode="numeric" {...form.field('max-length')} />
        </div>
      ) : (
        <div className={styles.two}>
          <TextInput label="At least" isOptional inputMode="numeric" {...form.field('minimum')} />
          <TextInput label="At most" isOptional inputMode="numeric" {...form.field('maximum')} />
        </div>
      )}
      <TextInput label="What people are told" isOptional {...form.field('message')} placeholder="Choose a private range." />
    </Fieldset>
  )
}

function RolesField({ organization, form }: { organization: string; form: FormState<SettingsValues> }) {
  const { data } = useQuery({ ...get('/api/v2/organizations/{organization}/roles', { params: { path: { organization } } }), retry: false })
  const names = [...new Set([...(data?.data ?? []).map(({ attributes }) => attributes.name), ...form.values.restricted])]
  return (
    <MultiSelect
      label="Only for roles"
      isOptional
      name="restricted"
      value={form.values.restricted}
      onChange={(restricted) => form.set({ restricted })}
      options={names.map((name) => ({ value: name, icon: 'shield' as const }))}
      placeholder="everybody"
      error={form.problems['restricted']}
    />
  )
}
