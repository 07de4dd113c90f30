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
import { FieldGroup } from '@/ui/field-group'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { Rail } from '@/ui/rail'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { PageSkeleton } from '@/ui/skeleton'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { type Check, CREATE, type Order, projectsOf, RESOURCES, staleResources, useRefusal, WRITE_STATE } from '../queries'
import { type Brought, importOf } from './brought'
import { BroughtFields } from './brought-fields'
import { Ground, SameCommand, Variables } from './fields'
import { commandNames, missingSettings, namesOf, remaining, secretsOf, shownProblems } from './form-parts'
import { Found } from './found'
import { instanceCommand, ORDER_INSTANCE, orderFrom, projectsFor, type ServiceOrdered, staleInstances } from './service'
import { TagsAndSettings } from './settings-input'
import { BLANK, commandOf, lookedKey, orderOf, type Values } from './values'

/** After this long without another key. */
const SETTLED_MS = 300

interface OrderFormProps {
  organization: string
  /** Its key. */
  template: string
  /** Its id. */
  project: string
  /** What is running already: it is looked at first, and ordered then. */
  brought?: Brought
  /** The service that it is ordered from: it has a name then that apps bind to. */
  service?: ServiceOrdered
}

export function OrderForm({ organization, template, project, brought, service }: OrderFormProps) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [tried, setTried] = useState<Values | null>(null)
  const [seen, setSeen] = useState<Seen | null>(null)
  const isLooked = (values: Values) => seen?.key === lookedKey(template, values)
  // With the id of what was ordered; null where it was only looked at.
  const form = useForm<Values, string | null>({
    initial: { ...BLANK, project, import: brought ?? null },
    submit: async (values) => {
      setTried(values)
      if (service) return orderFrom(organization, service, values)
      const attributes = { ...orderOf(template, values), ...(values.import && { import: await importOf(values.import) }) }
      const request = { params: { path: { organization } }, body: { data: { type: 'resources', attributes } } }
      if (!values.import || isLooked(values)) return (await call('post', RESOURCES, request)).data.id
      const check = await call('post', `${RESOURCES}/actions/check`, request)
      setSeen({ key: lookedKey(template, values), check: check.data.attributes })
      return null
    },
    onDone: (id) => {
      if (id === null) return
      for (const queryKey of [...staleResources, ...(service ? staleInstances : [])]) void queries.invalidateQueries({ queryKey })
      void navigate({ to: service ? addresses.serviceInstance(organization, id) : addresses.resource(organization, id) })
    },
    check: ({ name }) => ({ ...(service && !name.trim() && { name: 'Give it a name.' }) }),
  })
  const { values } = form
  const asked = useAsked(organization, template, values)
  const found = useQuery(projectsOf(organization)).data?.data
  const projects = useMemo(() => projectsFor(found ?? [], service), [found, service])
  const mayOrder = useRefusal(organization, values.project, service ? ORDER_INSTANCE : CREATE)
  const mayBring = useRefusal(organization, values.project, brought ? WRITE_STATE : CREATE)
  const shape = asked.data?.data.attributes
  const names = useMemo(() => namesOf(shape, projects), [shape, projects])
  if (!shape) return asked.error ? <ErrorNotice error={toApiError(asked.error)} onRetry={() => void asked.refetch()} /> : <PageSkeleton />
  const error = remaining(form.error, tried, values)
  const problems = shownProblems(tried && asked.isCurrent ? shape.problems : [], error)
  const problemAt = (place: string) => problems.get(place)
  const fields = { form: shape, values, onChange: form.set, problemAt, names, disabledReason: null }
  const name = values.name.trim() || (service ? null : shape.name)
  const shown = seen && isLooked(values) ? seen.check : null
  const isLook = brought !== undefined && shown === null
  const verb = brought ? 'import' : 'create'
  const command = service ? instanceCommand(service, values, commandNames(shape, names), secretsOf(shape)) : commandOf(`slipway resource ${verb} ${template}`, null, values, commandNames(shape, names), secretsOf(shape), ...(isLook ? ['--dry-run'] : []))
  return (
    <Split
      isFollowing
      aside={
        <>
          <SameCommand text={command} />
          <Next auto={values.auto} isBrought={Boolean(brought)} isLooked={shown !== null} />
        </>
      }
    >
      <Form
        form={{ ...form, error, problems: Object.fromEntries(problems) }}
        submit={isLook ? 'See what would come of it' : `${brought ? 'Import' : 'Plan'} ${name ?? 'it'}`}
        look={shown?.import?.['unknown-addresses'].length ? 'danger' : 'primary'}
        isWide
        disabledReason={mayOrder ?? mayBring}
      >
        {asked.error && <ErrorNotice error={toApiError(asked.error)} onRetry={() => void asked.refetch()} />}
        {values.import && <BroughtFields organization={organization} value={values.import} onChange={(next) => form.set({ import: next })} problemAt={problemAt} />}
        <FieldGroup title="Place">
          <TextInput
            label="Name"
            isMono
            isOptional={shape.naming !== null && !service}
            placeholder={service ? 'orders-db' : (shape.name ?? '')}
            help={nameHelp(shape, service)}
            {...form.field('name')}
            error={problemAt('name') ?? form.problems['name']}
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
          {shape.versions.length > 0 && !service && (
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
        </FieldGroup>
        <Ground {...fields} />
        <Variables {...fields} />
        <FieldGroup title="About it">
          <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." error={problemAt('description')} />
          {!service && (
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
          )}
          {!service && <TagsAndSettings values={values} onChange={form.set} required={missingSettings(shape)} problemAt={problemAt} />}
          <Textarea label="Reason" isOptional rows={2} placeholder="For those who decide on it" {...form.field('reason')} />
          <Checkbox
            label="Apply its plan without a further yes"
            help={brought ? 'Where no rule wants anybody’s approval, and nothing would be destroyed or replaced.' : 'Where no rule wants anybody’s approval.'}
            {...form.field('auto')}
          />
        </FieldGroup>
        <div aria-live="polite">{shown && <Found organization={organization} check={shown} />}</div>
      </Form>
    </Split>
  )
}

function nameHelp({ naming, name }: Pick<Schema<'ResourceForm'>, 'naming' | 'name'>, service: ServiceOrdered | undefined): string {
  if (service) return 'Unique in the organization: apps are bound to it by this name, and its resource has it, too.'
  return naming ? `Called ${naming} by its template${name ? `: ${name}` : ''}.` : 'Unique among the resources of its template in its project.'
}

/** What would come of an order with what it brings, and of which. */
interface Seen {
  readonly key: string
  readonly check: Check
}

/** Keeps the form of before while the next one is on its way, which may know of nothing that was typed since. */
function useAsked(organization: string, template: string, values: Values) {
  // Neither of these changes what is asked for.
  const now = JSON.stringify(orderOf(template, { ...values, reason: '', auto: false }))
  const order = useSettled(now, SETTLED_MS)
  const asked = useQuery({
    queryKey: ['resource form', organization, order],
    queryFn: () =>
      call('post', `${RESOURCES}/actions/form`, { params: { path: { organization } }, body: { data: { type: 'resources', attributes: JSON.parse(order) as Order } } }),
    placeholderData: (before) => before,
    retry: false,
  })
  return { ...asked, isCurrent: order === now && !asked.isPlaceholderData }
}

interface NextProps {
  auto: boolean
  isBrought: boolean
  isLooked: boolean
}

function Next({ auto, isBrought, isLooked }: NextProps) {
  const yes = auto ? 'By itself, unless a rule wants an approval.' : 'Of whoever may approve it, or as many as the rules want.'
  const look = { name: 'Look', icon: isLooked ? 'ok' : 'todo', place: isLooked ? 'done' : 'todo', detail: 'What is in the state, and whether the module has it.' } as const
  return (
    <Section title="What happens next">
      <Rail
        label="What happens next"
        stations={[
          ...(isBrought ? [look] : []),
          { name: 'Plan', icon: 'todo', place: 'todo', detail: isBrought ? 'Made on the state: it says what would be different.' : 'Nothing is made yet.' },
          { name: 'Yes', icon: 'todo', place: 'todo', detail: isBrought ? `Where something has to change. ${yes}` : yes },
          { name: 'Apply', icon: 'todo', place: 'todo', detail: 'Exactly what was planned.' },
        ]}
      />
    </Section>
  )
}
