// What an approval rule says: where it counts, for what, and whose yes it takes.
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call } from '@/api/query'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Checkbox, Radio } from '@/ui/choice'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import { projectsOf, type Rule, teamsOf, templatesOf, useRefusal } from './queries'
import { commandOf, type Names, type OperationChoice, OPERATIONS, problemsOf, settingsOf, type Values, valuesOf } from './words'

interface RuleFormProps {
  organization: string
  /** Null for a new one. */
  rule: Rule | null
  etag?: string | undefined
  /** What a new one begins with. */
  project: string
  names: Names
  disabledReason?: string | null
  beside?: ReactNode
  onClose: () => void
  onDone: () => Promise<unknown>
}

export function RuleForm({ organization, rule, etag, project, names, disabledReason = null, beside, onClose, onDone }: RuleFormProps) {
  const [before] = useState(() => valuesOf(rule, project))
  const form = useForm<Values>({
    initial: before,
    check: problemsOf,
    submit: (values) => save(organization, rule && { id: rule.id, before, etag }, values),
    onDone: () => {
      onClose()
      void onDone()
    },
  })
  const { values } = form
  const refusal = useRefusal(organization, values.project) ?? disabledReason
  return (
    <Form
      form={form}
      submit={rule ? 'Save' : 'Create rule'}
      isWide
      disabledReason={refusal ?? (rule && !form.isChanged ? 'Nothing is changed yet.' : null)}
      beside={beside}
      command={commandOf(rule, values, names)}
    >
      <TextInput label="Name" isMono autoFocus={!rule} placeholder="production" {...form.field('name')} />
      <ProjectField organization={organization} form={form} isNew={!rule} names={names} />
      <MultiSelect
        label="Tags"
        isOptional
        isMono
        createLabel="New tag"
        placeholder="stage=production"
        help="Only what has all of these; a key without a value stands for any value."
        options={values.tags.map((value) => ({ value }))}
        {...form.field('tags')}
      />
      <TemplateField organization={organization} form={form} />
      <Radio
        label="For"
        options={(Object.keys(OPERATIONS) as OperationChoice[]).map((value) => ({ value, label: OPERATIONS[value].title }))}
        {...form.field('operations')}
      />
      <TextInput label="Approvals" type="number" inputMode="numeric" help="How many people have to say yes, 1 to 20." {...form.field('approvals')} />
      <TeamsField organization={organization} form={form} names={names} />
      <Checkbox
        label="The yes of who asked for the change counts, too"
        help="Otherwise somebody else has to approve it, whoever asked."
        {...form.field('own-approval-counts')}
      />
    </Form>
  )
}

interface FieldProps {
  organization: string
  form: FormState<Values>
}

function ProjectField({ organization, form, isNew, names }: FieldProps & { isNew: boolean; names: Names }) {
  const [search, setSearch] = useState('')
  const { data, isFetching } = useQuery({ ...projectsOf(organization, search), enabled: isNew })
  const chosen = form.values.project
  const found = (data?.data ?? []).map(({ id, attributes }) => ({ value: id, text: attributes.name }))
  const isListed = chosen === '' || found.some(({ value }) => value === chosen)
  return (
    <Combobox
      label="Project"
      isOptional={isNew}
      placeholder="every project"
      help="Only what belongs to it; everything of the organization without one."
      options={isListed ? found : [...found, { value: chosen, text: names.get(chosen) ?? chosen }]}
      onSearch={setSearch}
      isLoading={isFetching}
      disabledReason={isNew ? null : 'A rule stays where it was made. Make another one for another project.'}
      {...form.field('project')}
    />
  )
}

/** Of the catalog; can be typed by who does not see it. */
function TemplateField({ organization, form }: FieldProps) {
  const [search, setSearch] = useState('')
  const { data, isFetching } = useQuery({ ...templatesOf(organization, search), retry: false })
  const chosen = form.values.template
  const found = (data?.data ?? []).map(({ attributes }) => ({ value: attributes.key, text: attributes.key, detail: attributes.name }))
  const isListed = chosen === '' || found.some(({ value }) => value === chosen)
  return (
    <Combobox
      label="Template"
      isOptional
      isMono
      placeholder="runs and resources of every template"
      createLabel="Template"
      help="Only resources of it. Runs of workspaces that people keep themselves do not match then."
      options={isListed ? found : [...found, { value: chosen }]}
      onSearch={setSearch}
      isLoading={isFetching}
      {...form.field('template')}
    />
  )
}

function TeamsField({ organization, form, names }: FieldProps & { names: Names }) {
  const { data, isFetching } = useQuery(teamsOf(organization))
  const teams = data?.data ?? []
  // Those that the rule has stay, also where the caller does not see them.
  const others = form.values.teams.filter((id) => !teams.some((team) => team.id === id))
  return (
    <MultiSelect
      label="Teams"
      isOptional
      placeholder="everybody who may approve"
      help="Only approvals of their members count; one of the teams is enough for each."
      options={[
        ...teams.map(({ id, attributes }) => ({ value: id, text: attributes.name })),
        ...others.map((id) => ({ value: id, text: names.get(id) ?? 'a team that you do not see' })),
      ]}
      isLoading={isFetching}
      {...form.field('teams')}
    />
  )
}

interface Known {
  readonly id: string
  readonly before: Values
  readonly etag: string | undefined
}

function save(organization: string, known: Known | null, values: Values) {
  const data = { type: 'approval-rules', attributes: settingsOf(known?.before ?? null, values) }
  if (known) {
    return call('patch', '/api/v2/approval-rules/{approval_rule}', {
      params: { path: { approval_rule: known.id }, header: { ...(known.etag && { 'If-Match': known.etag }) } },
      body: { data },
    })
  }
  const relationships = values.project ? { project: { data: { type: 'projects', id: values.project } } } : undefined
  return call('post', '/api/v2/organizations/{organization}/approval-rules', {
    params: { path: { organization } },
    body: { data: { ...data, ...(relationships && { relationships }) } },
  })
}
