// Using a blueprint: what it asks for, then the workflow that makes its resources, to be looked at before it starts.
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefusal } from '@/api/allowed'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { FieldGroup } from '@/ui/field-group'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Rail } from '@/ui/rail'
import { Section } from '@/ui/section'
import { Textarea, TextInput } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import { ValueInput } from '@/ui/value-input'
import { type Blueprint, type Constant, type External, ORDER, partForm, projectsOf, resourcesOf, staleWorkflows, templateOf, useOpenBlueprint } from '../queries'
import { type Asked, askedFor } from './constants'
import { PartFields, secretsOf } from './part-fields'
import { BLANK, commandOf, partOf, type PartValues, problemsOf, type Values, wantedOf } from './values'
import styles from '../blueprints.module.css'

export default function UsePage() {
  const { organization, blueprint } = useOpenBlueprint()
  const { id, attributes } = blueprint
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useForm<Values, Schema<'Document_Resource_Workflow'>>({
    initial: BLANK,
    check: problemsOf,
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/workflows', {
        params: { path: { organization } },
        body: { data: { type: 'workflows', attributes: wantedOf(id, values) } },
      }),
    onDone: ({ data }) => {
      void queries.invalidateQueries({ queryKey: staleWorkflows })
      void navigate({ to: addresses.workflow(organization, data.id) })
    },
  })
  const { values } = form
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const projects = useQuery(projectsOf(organization)).data?.data ?? []
  const refusal = useRefusal(organization, values.project, ORDER)
  const forms = useQueries({ queries: attributes.parts.map((part) => partForm(organization, part, values.project)) })
  const shapes = forms.map(({ data }) => data?.data.attributes)
  const constants = attributes.constants.map((constant) => ({ constant, asked: askedFor(constant, attributes, shapes) }))
  const secrets = new Set([
    ...attributes.parts.flatMap((part, at) => secretsOf(part, shapes[at])),
    ...constants.filter(({ asked }) => asked.shape.isSecret).map(({ constant }) => constant.name),
  ])
  const integrations = forms.flatMap(({ data }) => data?.data.attributes.integrations ?? []).flatMap(({ candidates }) => candidates)
  const allNames = new Map([...names, ...projects.map((one) => [one.id, one.attributes.name] as const), ...integrations.map((one) => [one.id, one.name] as const)])
  const problems = new Map((form.error?.fields ?? []).map(({ pointer, detail }) => [pointer.replace('/data/attributes/', ''), detail]))
  const problemAt = (place: string) => problems.get(place)
  const setPart = (part: string, changes: Partial<PartValues>) => form.set({ parts: { ...values.parts, [part]: { ...partOf(values, part), ...changes } } })
  return (
    <>
      <PageHead
        title={`Use ${attributes.name}`}
        meta={attributes.description || `It makes ${counted(attributes.parts.length, 'resource')}.`}
        crumbs={[
          { title: 'Blueprints', to: addresses.blueprints(organization) },
          { title: attributes.name, to: addresses.blueprint(organization, id) },
        ]}
      />
      <Split
        isFollowing
        aside={
          <>
            <div className={styles.command}>
              <Section title="The same from a terminal">
                <Command text={commandOf(attributes, values, allNames, secrets)} />
              </Section>
            </div>
            <Next isAuto={values.auto} />
          </>
        }
      >
        <Form form={{ ...form, problems: { ...form.problems, ...Object.fromEntries(problems) } }} submit={`Plan ${counted(attributes.parts.length, 'resource')}`} isWide disabledReason={refusal}>
          <Place form={form} blueprint={blueprint} projects={projects} />
          {attributes.externals.length + attributes.constants.length > 0 && (
            <FieldGroup title="It asks for">
              {attributes.externals.map((external) => (
                <ExternalField
                  key={external.name}
                  organization={organization}
                  external={external}
                  value={values.externals[external.name] ?? ''}
                  error={problemAt(`externals/${external.name}`)}
                  onChange={(chosen, name) => {
                    form.set({ externals: { ...values.externals, [external.name]: chosen } })
                    if (name) setNames((before) => new Map([...before, [chosen, `${external.template}/${name}`]]))
                  }}
                />
              ))}
              {constants.map(({ constant, asked }) => (
                <ConstantField key={constant.name} constant={constant} asked={asked} values={values} onChange={form.set} error={problemAt(`constants/${constant.name}`)} />
              ))}
            </FieldGroup>
          )}
          {attributes.parts.map((part) => (
            <PartFields
              key={part.name}
              organization={organization}
              part={part}
              project={values.project}
              wires={attributes.wires.filter(({ to }) => to.part === part.name)}
              prefix={values.name.trim() || attributes.name}
              values={partOf(values, part.name)}
              onChange={(changes) => setPart(part.name, changes)}
              problemAt={(place) => problemAt(`parts/${part.name}/${place}`)}
            />
          ))}
          <How form={form} />
        </Form>
      </Split>
    </>
  )
}

interface PlaceProps {
  form: FormState<Values>
  blueprint: Blueprint
  projects: readonly { readonly id: string; readonly attributes: { readonly name: string; readonly 'is-default'?: boolean } }[]
}

function Place({ form, blueprint, projects }: PlaceProps) {
  return (
    <>
      <TextInput label="Names begin with" isOptional isMono placeholder={blueprint.attributes.name} help="Of the resources that neither you nor a template names." {...form.field('name')} />
      <Combobox
        label="Project"
        isOptional
        placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
        help="Where all of them stand."
        options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
        {...form.field('project')}
      />
    </>
  )
}

interface ExternalFieldProps {
  organization: string
  external: External
  value: string
  error: string | undefined
  onChange: (id: string, name: string | undefined) => void
}

function ExternalField({ organization, external, value, error, onChange }: ExternalFieldProps) {
  const [typed, setTyped] = useState('')
  const template = useQuery(templateOf(organization, external.template)).data?.data.find(({ attributes }) => attributes.key === external.template)?.id ?? ''
  const { data, isFetching } = useQuery({ ...resourcesOf(organization, template, typed), enabled: template !== '', placeholderData: (before) => before })
  const found = data?.data ?? []
  return (
    <Combobox
      label={external.name}
      name={`externals/${external.name}`}
      help={external.description || `A ${external.template} that is there.`}
      options={found.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: 'resource' as const }))}
      onSearch={setTyped}
      isLoading={isFetching}
      value={value}
      onChange={(id) => onChange(id, found.find((one) => one.id === id)?.attributes.name)}
      error={error}
    />
  )
}

interface ConstantFieldProps {
  constant: Constant
  asked: Asked
  values: Values
  onChange: (changes: Partial<Values>) => void
  error: string | undefined
}

function ConstantField({ constant: { name, default: fallback }, asked, values, onChange, error }: ConstantFieldProps) {
  const hasDefault = fallback !== undefined && fallback !== null
  const put = (value: unknown) => {
    const { [name]: _, ...rest } = values.constants
    onChange({ constants: value === undefined ? rest : { ...rest, [name]: value } })
  }
  return (
    <ValueInput
      label={name}
      name={`constants/${name}`}
      isOptional={hasDefault}
      shape={asked.shape}
      value={values.constants[name]}
      onChange={put}
      fallback={fallback}
      help={asked.help || undefined}
      error={error}
    />
  )
}

function How({ form }: { form: FormState<Values> }) {
  return (
    <FieldGroup title="How">
      <div className={styles.pair}>
        <TextInput label="Steps at once" type="number" inputMode="numeric" help="1 to 50. Plans that wait for a yes do not count." {...form.field('parallel')} />
        <TextInput label="Stop after failed steps" type="number" inputMode="numeric" help="Then no other begins; those that run go on to their end." {...form.field('stop-after')} />
      </div>
      <Textarea label="Reason" isOptional rows={2} placeholder="For those who decide on its changes" {...form.field('reason')} />
      <Checkbox
        label="Apply plans without a further yes"
        help="Where no rule wants anybody’s approval, and where you may approve yourself. Otherwise each plan waits."
        {...form.field('auto')}
      />
    </FieldGroup>
  )
}

function Next({ isAuto }: { isAuto: boolean }) {
  return (
    <Section title="What happens next">
      <Rail
        label="What happens next"
        stations={[
          { name: 'Steps', icon: 'todo', place: 'todo', detail: 'Every resource with its name and its values. Look at them.' },
          { name: 'Start', icon: 'todo', place: 'todo', detail: 'Each is ordered when what it stands on is there.' },
          { name: 'Yes', icon: 'todo', place: 'todo', detail: isAuto ? 'By itself, unless a rule wants an approval.' : 'Each plan waits for whoever may approve it.' },
        ]}
      />
    </Section>
  )
}
