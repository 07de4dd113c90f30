// Changing a resource: the same form, with what it is now.
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, get, related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert, ErrorNotice } from '@/ui/alert'
import { BreakingChanges } from '@/ui/breaking-changes'
import { LinkButton } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { FieldGroup } from '@/ui/field-group'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { formOf, RESOURCE, type Resource, staleResources, treeOf, UPDATE, useOpenResource, useRefusal } from '../queries'
import { Ground, SameCommand, Variables } from './fields'
import { commandNames, missingSettings, namesOf, remaining, secretsOf, shownProblems } from './form-parts'
import { leftOver, useShape, without } from './other-version'
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
  const own = useSuspenseQuery(formOf(resource.id)).data.data.attributes
  const parents = useQuery(treeOf(resource.id, 'parents')).data?.data.attributes.nodes
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [before] = useState(() => valuesOf(resource.attributes))
  const [from] = useState(etag)
  const [tried, setTried] = useState<Values | null>(null)
  const form = useForm<Values>({
    initial: before,
    submit: (typed) => {
      setTried(typed)
      return call('patch', RESOURCE, {
        params: { path: { resource: resource.id } },
        body: { data: { type: 'resources', attributes: changesOf(before, wanted) } },
        ...(from && { headers: { 'if-match': from } }),
      })
    },
    onDone: async () => {
      await navigate({ to: addresses.resource(organization, resource.id) })
      for (const queryKey of staleResources) void queries.invalidateQueries({ queryKey })
    },
  })
  const { values } = form
  const { shape, isOther, error, isFetching } = useShape(organization, resource, values, own)
  const gone = isOther ? leftOver(values.given, shape) : []
  const wanted = without(values, gone)
  const { name } = resource.attributes
  const names = useMemo(() => new Map([...(parents ?? []).map((one) => [one.id, one.name] as const), ...namesOf(shape, [])]), [parents, shape])
  const refused = remaining(form.error, tried, values)
  const problems = shownProblems([], refused)
  const problemAt = (place: string) => problems.get(place)
  const refusal = useRefusal(organization, related(resource, 'project'), UPDATE)
  const fields = { form: shape, values, onChange: form.set, problemAt, names, disabledReason: null, isThere: true }
  const isSame = Object.keys(changesOf(before, wanted)).length === 2
  const cannot = isSame ? 'Nothing is changed yet.' : isFetching ? 'What the version asks for is on its way.' : null
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
      <Split isFollowing aside={<SameCommand text={commandOf(`slipway resource update ${resource.attributes.template}/${name}`, before, wanted, commandNames(shape, names), secretsOf(shape))} />}>
        <Form
          form={{ ...form, error: refused, problems: Object.fromEntries(problems) }}
          submit="Plan the change"
          isWide
          disabledReason={refusal ?? cannot}
        >
          <FieldGroup title="Place">
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
            {values.version !== before.version && <OtherVersion organization={organization} resource={resource} version={values.version} gone={gone} />}
            {error && <ErrorNotice error={toApiError(error)} />}
          </FieldGroup>
          <Ground {...fields} />
          <Variables {...fields} />
          <FieldGroup title="About it">
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
          </FieldGroup>
        </Form>
      </Split>
    </>
  )
}

/** What taking another version means: what it breaks, and which values go because it does not ask for them. */
function OtherVersion({ organization, resource, version, gone }: { organization: string; resource: Resource; version: string; gone: readonly string[] }) {
  const { data } = useQuery(get('/api/v2/source-code-versions/{source_code_version}', { params: { path: { source_code_version: version } } }))
  const to = addresses.templateVersion(organization, related(resource, 'template'), version)
  return (
    <>
      {data && <BreakingChanges version={data.data.attributes} to={to} />}
      {gone.length > 0 && (
        <Alert tone="neutral" title={`It does not ask for ${gone.join(', ')} any more`}>
          {gone.length === 1 ? 'That value goes' : 'Those values go'} with this change.
        </Alert>
      )}
    </>
  )
}
