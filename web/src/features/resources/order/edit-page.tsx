// Changing a resource: the same form, with what it is now.
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { call, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { formOf, RESOURCE, type Resource, staleResources, treeOf, UPDATE, useOpenResource, useRefusal } from '../queries'
import { Ground, Group, SameCommand, Variables } from './fields'
import { commandNames, missingSettings, namesOf, secretsOf, shownProblems } from './form-parts'
import { TagsAndSettings } from './settings-input'
import { changesOf, commandOf, type Values, valuesOf } from './values'

export default function EditResource() {
  const { organization, resource, etag } = useOpenResource()
  // Also while it is being sent: the form is gone with the first answer that says so.
  const [isOpen] = useState(related(resource, 'change') !== '')
  if (!isOpen) return <EditForm organization={organization} resource={resource} etag={etag} />
  const { name } = resource.attributes
  const to = addresses.resource(organization, resource.id)
  return (
    <>
      <PageHead title={`Change ${name}`} crumbs={[{ title: 'Resources', to: addresses.resources(organization) }, { title: name, to }]} />
      <Alert tone="neutral" icon="lock" title="A change of it is open already" action={<LinkButton size="sm" to={to}>Open it</LinkButton>}>
        It has to be over first: decide on it, or take it back.
      </Alert>
    </>
  )
}

function EditForm({ organization, resource, etag }: { organization: string; resource: Resource; etag: string | undefined }) {
  const shape = useSuspenseQuery(formOf(resource.id)).data.data.attributes
  const parents = useQuery(treeOf(resource.id, 'parents')).data?.data.attributes.nodes
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [before] = useState(() => valuesOf(resource.attributes))
  const [from] = useState(etag)
  const form = useForm<Values>({
    initial: before,
    submit: (values) =>
      call('patch', RESOURCE, {
        params: { path: { resource: resource.id } },
        body: { data: { type: 'resources', attributes: changesOf(before, values) } },
        ...(from && { headers: { 'if-match': from } }),
      }),
    onDone: async () => {
      await navigate({ to: addresses.resource(organization, resource.id) })
      for (const queryKey of staleResources) void queries.invalidateQueries({ queryKey })
    },
  })
  const { values } = form
  const { name } = resource.attributes
  const names = useMemo(() => new Map([...(parents ?? []).map((one) => [one.id, one.name] as const), ...namesOf(shape, [])]), [parents, shape])
  const problems = shownProblems([], form.error)
  const problemAt = (place: string) => problems.get(place)
  const refusal = useRefusal(organization, related(resource, 'project'), UPDATE)
  const fields = { form: shape, values, onChange: form.set, problemAt, names, disabledReason: null, isThere: true }
  const isSame = Object.keys(changesOf(before, values)).length === 2
  return (
    <>
      <PageHead
        title={`Change ${name}`}
        meta="What differs becomes a change with its plan; nothing is touched before it is confirmed."
        crumbs={[
          { title: 'Resources', to: addresses.resources(organization) },
          { title: name, to: addresses.resource(organization, resource.id) },
        ]}
      />
      {refusal && (
        <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
          {refusal}
        </Alert>
      )}
      <Split isFollowing aside={<SameCommand text={commandOf(`slipway resource update ${resource.attributes.template}/${name}`, before, values, commandNames(shape, names), secretsOf(shape))} />}>
        <Form
          form={{ ...form, problems: Object.fromEntries(problems) }}
          submit="Plan the change"
          isWide
          disabledReason={refusal ?? (isSame ? 'Nothing is changed yet.' : null)}
        >
          <Group title="Place">
            <TextInput label="Name" isMono {...form.field('name')} error={problemAt('name')} help={shape.naming ? `Called ${shape.naming} by its template.` : undefined} />
            {shape.versions.length > 0 && (
              <Select
                label="Version"
                isMono
                options={shape.versions.map((one) => ({ value: one.id, text: `${one.name}, ${one.lifecycle}${one['is-recommended'] ? ', recommended' : ''}` }))}
                {...form.field('version')}
                error={problemAt('source-code-version')}
              />
            )}
          </Group>
          <Ground {...fields} />
          <Variables {...fields} />
          <Group title="About it">
            <TextInput label="Description" isOptional {...form.field('description')} error={problemAt('description')} />
            <MultiSelect
              label="Labels"
              isOptional
              isMono
              createLabel="New label"
              placeholder="team=platform"
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
    </>
  )
}
