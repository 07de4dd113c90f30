// A new source code: of a repository that is connected, or of any by its address.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { forgesOf } from '@/api/forges'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { RepositoryField } from '@/ui/repository-field'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
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
  const forges = useQuery(forgesOf(organization)).data?.data ?? []
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
