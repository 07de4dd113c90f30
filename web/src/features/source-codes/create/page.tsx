// A new source code: of a repository that is connected, or of any by its address.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { useOrganization } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { TextInput } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import { createCommand } from '../commands'
import { LabelsField } from '../labels-field'
import { MANAGE, staleSourceCodes } from '../queries'

interface Values {
  identifier: string
  /** The id of the integration; empty for none. */
  'integration-id': string
  name: string
  description: string
  labels: readonly string[]
}

export default function NewSourceCode() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const refusal = useAllowed(organization).refusal(MANAGE)
  const form = useForm<Values, { data: { id: string } }>({
    initial: { identifier: '', 'integration-id': '', name: '', description: '', labels: [] },
    submit: ({ identifier, name, description, labels, 'integration-id': integration }) =>
      call('post', '/api/v2/organizations/{organization}/source-codes', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'source-codes',
            attributes: { identifier: identifier.trim(), 'integration-id': integration || null, name: name.trim() || null, description: description.trim(), labels: [...labels] },
          },
        },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleSourceCodes) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.sourceCode(organization, data.id) })
    },
  })
  const { values } = form
  const forges = useForges(organization)
  const nameOf = (id: string) => forges.find((one) => one.id === id)?.attributes.name ?? id
  return (
    <>
      <PageHead
        title="New source code"
        meta="A Git repository with modules that templates are made of."
        crumbs={[{ title: 'Source code', to: addresses.sourceCodes(organization) }]}
      />
      <Stack gap={4}>
        {refusal && (
          <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
            {refusal}
          </Alert>
        )}
        <Form form={form} submit="Create source code" disabledReason={refusal} command={createCommand(values.identifier, { name: values.name, integration: nameOf(values['integration-id']) })}>
          <RepositoryField organization={organization} form={form} disabledReason={refusal} />
          <TextInput label="Name" isOptional isMono {...form.field('name')} help="Unique in the organization; that of the repository without one." disabledReason={refusal} />
          <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." disabledReason={refusal} />
          <LabelsField value={values.labels} onChange={(labels) => form.set({ labels })} error={form.problems['labels']} disabledReason={refusal} />
        </Form>
      </Stack>
    </>
  )
}

/** Integrations that open repositories. */
function useForges(organization: string) {
  const query = { 'filter[group]': 'forge', 'page[size]': 100 } as const
  const { data } = useQuery({ ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query } }), retry: false })
  return data?.data ?? []
}

/** One of those that are connected, or any that can be cloned; the integration comes with the first, and is chosen for the others. */
function RepositoryField({ organization, form, disabledReason }: { organization: string; form: FormState<Values>; disabledReason: string | null }) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const found = useQuery({
    ...get('/api/v2/organizations/{organization}/repositories', {
      params: { path: { organization }, query: { ...(search && { 'search[name]': search }), 'page[size]': 50 } },
    }),
    placeholderData: (before) => before,
    retry: false,
  })
  const forges = useForges(organization)
  const repositories = found.data?.data ?? []
  const integrationOf = (name: string) => {
    const linkage = repositories.find(({ attributes }) => attributes['full-name'] === name)?.relationships?.['integration']?.data
    return linkage && !Array.isArray(linkage) ? linkage.id : null
  }
  const value = form.values.identifier
  const options = repositories.map(({ attributes }) => ({ value: attributes['full-name'], icon: 'branch' as const }))
  return (
    <>
      <Combobox
        label="Repository"
        isMono
        name="identifier"
        value={value}
        onChange={(identifier) => form.set({ identifier, ...(integrationOf(identifier) !== null && { 'integration-id': integrationOf(identifier) ?? '' }) })}
        onSearch={setTyped}
        isLoading={found.isFetching}
        createLabel="The address"
        placeholder="platform/modules, or https://git.example.com/platform/modules.git"
        options={value === '' || options.some((option) => option.value === value) ? options : [{ value }, ...options]}
        error={form.problems['identifier']}
        help="One that is connected, or the whole address of any other."
        disabledReason={disabledReason}
      />
      <Combobox
        label="Integration"
        isOptional
        name="integration-id"
        value={form.values['integration-id']}
        onChange={(integration) => form.set({ 'integration-id': integration })}
        placeholder="everybody may read it"
        options={forges.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes['kind-title'], icon: 'plug' as const }))}
        error={form.problems['integration-id']}
        help="The forge that opens it."
        disabledReason={disabledReason}
      />
    </>
  )
}
