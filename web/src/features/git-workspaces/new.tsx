// A new git workspace: a repository that code may be pushed to.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { KeepingFields } from './fields'
import { CREATE, staleGitWorkspaces } from './queries'
import { createCommand, type Keeping } from './words'

interface Values extends Keeping {
  readonly name: string
  readonly identifier: string
  /** The id of the integration; empty for none. */
  readonly 'integration-id': string
}

export default function NewGitWorkspace() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const refusal = useAllowed(organization).refusal(CREATE)
  const query = { 'filter[group]': 'forge', 'page[size]': 100 } as const
  const found = useQuery({ ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query } }), retry: false })
  const forges = found.data?.data ?? []
  const form = useForm<Values, { data: { id: string } }>({
    initial: { name: '', identifier: '', 'integration-id': '', branch: '', directory: '', mode: 'push', description: '' },
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/git-workspaces', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'git-workspaces',
            attributes: {
              name: values.name.trim(),
              identifier: values.identifier.trim(),
              'integration-id': values['integration-id'] || null,
              branch: values.branch.trim() || null,
              directory: values.directory.trim(),
              mode: values.mode,
              description: values.description.trim(),
            },
          },
        },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleGitWorkspaces) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.gitWorkspace(organization, data.id) })
    },
  })
  const { values } = form
  const integration = forges.find(({ id }) => id === values['integration-id'])?.attributes.name ?? ''
  return (
    <>
      <PageHead
        title="New git workspace"
        meta="A repository that the code of resources is pushed to. Nothing is ever forced, and nothing in it is written over that somebody else wrote."
        crumbs={[{ title: 'Git workspaces', to: addresses.gitWorkspaces(organization) }]}
      />
      <Stack gap={4}>
        {refusal && (
          <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
            {refusal}
          </Alert>
        )}
        <Form form={form} submit="Create git workspace" disabledReason={refusal} command={createCommand({ ...values, integration })}>
          <TextInput label="Name" isMono {...form.field('name')} help="Unique in the organization." disabledReason={refusal} />
          <TextInput
            label="Repository"
            isMono
            placeholder="platform/live, or https://git.example.com/platform/live.git"
            {...form.field('identifier')}
            help="Its name at the integration’s forge, or its whole address. It may be empty."
            disabledReason={refusal}
          />
          <Combobox
            label="Integration"
            isOptional
            placeholder="everybody may push to it"
            options={forges.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes['kind-title'], icon: 'plug' as const }))}
            help="What may push to it."
            disabledReason={refusal}
            {...form.field('integration-id')}
          />
          <KeepingFields form={form} disabledReason={refusal} />
        </Form>
      </Stack>
    </>
  )
}
