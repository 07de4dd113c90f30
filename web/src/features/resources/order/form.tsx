// The form of an order: asked of the server anew when something changes, so that every value stands there with its origin.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { ErrorNotice } from '@/ui/alert'
import { Checkbox } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Rail } from '@/ui/rail'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { PageSkeleton } from '@/ui/skeleton'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { CREATE, type Order, projectsOf, RESOURCES, staleResources, useRefusal } from '../queries'
import { Group, Ground, SameCommand, Variables } from './fields'
import { commandNames, missingSettings, namesOf, secretsOf, shownProblems } from './form-parts'
import { TagsAndSettings } from './settings-input'
import { BLANK, commandOf, orderOf, type Values } from './values'

/** After this long without another key. */
const SETTLED_MS = 300

export function OrderForm({ organization, template, project }: { organization: string; template: string; project: string }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [isTried, setTried] = useState(false)
  const form = useForm<Values, Schema<'Document_Resource_CatalogResource'>>({
    initial: { ...BLANK, project },
    submit: (values) => {
      setTried(true)
      return call('post', RESOURCES, { params: { path: { organization } }, body: { data: { type: 'resources', attributes: orderOf(template, values) } } })
    },
    onDone: ({ data }) => {
      for (const queryKey of staleResources) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.resource(organization, data.id) })
    },
  })
  const { values } = form
  const asked = useAsked(organization, template, values)
  const found = useQuery(projectsOf(organization)).data?.data
  const projects = useMemo(() => found ?? [], [found])
  const refusal = useRefusal(organization, values.project, CREATE)
  const shape = asked.data?.data.attributes
  const names = useMemo(() => namesOf(shape, projects), [shape, projects])
  if (!shape) return asked.error ? <ErrorNotice error={toApiError(asked.error)} onRetry={() => void asked.refetch()} /> : <PageSkeleton />
  const problems = shownProblems(isTried ? shape.problems : [], form.error)
  const problemAt = (place: string) => problems.get(place)
  const fields = { form: shape, values, onChange: form.set, problemAt, names, disabledReason: null }
  const name = values.name.trim() || shape.name || 'NAME'
  const command = commandOf(`slipway resource create ${template}`, null, values, commandNames(shape, names), secretsOf(shape))
  return (
    <Split
      isFollowing
      aside={
        <>
          <SameCommand text={command} />
          <Next auto={values.auto} />
        </>
      }
    >
      <Form
        form={{ ...form, problems: Object.fromEntries(problems) }}
        submit={`Plan ${name === 'NAME' ? 'it' : name}`}
        isWide
        disabledReason={refusal}
      >
        {asked.error && <ErrorNotice error={toApiError(asked.error)} onRetry={() => void asked.refetch()} />}
        <Group title="Place">
          <TextInput
            label="Name"
            isMono
            isOptional={shape.naming !== null}
            placeholder={shape.name ?? ''}
            help={shape.naming ? `Called ${shape.naming} by its template${shape.name ? `: ${shape.name}` : ''}.` : 'Unique among the resources of its template in its project.'}
            {...form.field('name')}
            error={problemAt('name')}
          />
          <Combobox
            label="Project"
            isOptional
            placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
            help="Says who may do what with it, and whose yes a change needs."
            options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
            {...form.field('project')}
            error={problemAt('project')}
          />
          {shape.versions.length > 0 && (
            <Select
              label="Version"
              isMono
              options={[
                { value: '', text: `Recommended${shape.versions.find((one) => one['is-recommended'])?.name ? `: ${shape.versions.find((one) => one['is-recommended'])?.name}` : ''}` },
                ...shape.versions.map((one) => ({ value: one.id, text: `${one.name}, ${one.lifecycle}` })),
              ]}
              {...form.field('version')}
              error={problemAt('source-code-version')}
            />
          )}
        </Group>
        <Ground {...fields} />
        <Variables {...fields} />
        <Group title="About it">
          <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." error={problemAt('description')} />
          <MultiSelect
            label="Labels"
            isOptional
            isMono
            createLabel="New label"
            placeholder="team=platform"
            help="To find it by: key or key=value."
            options={values.labels.map((value) => ({ value }))}
            {...form.field('labels')}
            error={problemAt('labels')}
          />
          <TagsAndSettings values={values} onChange={form.set} required={missingSettings(shape)} problemAt={problemAt} />
          <Textarea label="Reason" isOptional rows={2} placeholder="For those who decide on it" {...form.field('reason')} />
          <Checkbox label="Apply its plan without a further yes" help="Where no rule wants anybody’s approval." {...form.field('auto')} />
        </Group>
      </Form>
    </Split>
  )
}

/** Keeps the form of before while the next one is on its way. */
function useAsked(organization: string, template: string, values: Values) {
  // Neither of these changes what is asked for.
  const order = useSettled(JSON.stringify(orderOf(template, { ...values, reason: '', auto: false })), SETTLED_MS)
  return useQuery({
    queryKey: ['resource form', organization, order],
    queryFn: () =>
      call('post', `${RESOURCES}/actions/form`, { params: { path: { organization } }, body: { data: { type: 'resources', attributes: JSON.parse(order) as Order } } }),
    placeholderData: (before) => before,
    retry: false,
  })
}

function Next({ auto }: { auto: boolean }) {
  return (
    <Section title="What happens next">
      <Rail
        label="What happens next"
        stations={[
          { name: 'Plan', icon: 'todo', place: 'todo', detail: 'Nothing is made yet.' },
          { name: 'Yes', icon: 'todo', place: 'todo', detail: auto ? 'By itself, unless a rule wants an approval.' : 'Of whoever may approve it, or as many as the rules want.' },
          { name: 'Apply', icon: 'todo', place: 'todo', detail: 'Exactly what was planned.' },
        ]}
      />
    </Section>
  )
}
