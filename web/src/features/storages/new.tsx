// A new storage: which cloud makes the bucket, and where.
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
import { CREATE, type Place, staleStorages } from './queries'
import { createCommand, FIELDS, KIND_OF, type PlaceName } from './words'

/** The fields of the place by their own names: what is wrong with `place/bucket` finds `bucket`. */
type Values = { name: string; description: string; 'integration-id': string } & Record<PlaceName, string>

const INITIAL: Values = {
  name: '',
  description: '',
  'integration-id': '',
  bucket: '',
  region: '',
  'resource-group': '',
  'storage-account': '',
  container: '',
  project: '',
  location: '',
}

export default function NewStorage() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const refusal = useAllowed(organization).refusal(CREATE)
  const query = { 'filter[kind]': Object.keys(KIND_OF).join(','), 'page[size]': 100 } as const
  const found = useQuery({ ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query } }), retry: false })
  const clouds = found.data?.data ?? []
  const chosen = (values: Values) => clouds.find(({ id }) => id === values['integration-id'])?.attributes
  const kindOf = (values: Values) => KIND_OF[chosen(values)?.kind ?? ''] ?? null
  const form = useForm<Values, { data: { id: string } }>({
    initial: INITIAL,
    submit: (values) =>
      call('post', '/api/v2/organizations/{organization}/storages', {
        params: { path: { organization } },
        body: {
          data: {
            type: 'storages',
            attributes: {
              name: values.name.trim(),
              description: values.description.trim(),
              'integration-id': values['integration-id'],
              place: placeOf(kindOf(values) ?? 'aws', values),
            },
          },
        },
      }),
    onDone: ({ data }) => {
      for (const queryKey of staleStorages) void queries.invalidateQueries({ queryKey })
      void navigate({ to: addresses.storage(organization, data.id) })
    },
  })
  const { values } = form
  const kind = kindOf(values)
  return (
    <>
      <PageHead
        title="New storage"
        meta="A bucket for states of other tools. A bucket that is there already is never taken over."
        crumbs={[{ title: 'Storages', to: addresses.storages(organization) }]}
      />
      <Stack gap={4}>
        {refusal && (
          <Alert tone="neutral" icon="lock" title="You may look at this form, not use it">
            {refusal}
          </Alert>
        )}
        <Form
          form={form}
          submit="Create storage"
          disabledReason={refusal ?? (kind === null ? 'Choose an integration first.' : null)}
          command={createCommand(values.name, chosen(values)?.name ?? '', kind, values)}
        >
          <TextInput label="Name" isMono {...form.field('name')} help="Unique in the organization. It never changes." disabledReason={refusal} />
          <Combobox
            label="Integration"
            placeholder="AWS, Azure or Google Cloud"
            options={clouds.map(({ id, attributes }) => ({ value: id, text: attributes.name, detail: attributes['kind-title'], icon: 'plug' as const }))}
            help="The cloud that makes the bucket, and with what rights."
            disabledReason={refusal}
            {...form.field('integration-id')}
          />
          {kind !== null &&
            FIELDS[kind].map(({ name, label, example, help }) => (
              <TextInput key={name} label={label} isMono placeholder={example} {...form.field(name)} help={help} disabledReason={refusal} />
            ))}
          <TextInput label="Description" isOptional {...form.field('description')} help="What it is for, in a sentence." disabledReason={refusal} />
        </Form>
      </Stack>
    </>
  )
}

/** The place as the API takes it: with its own fields only. */
function placeOf(kind: Place['kind'], values: Values): Place {
  const entries = FIELDS[kind].map(({ name }) => [name, values[name].trim()])
  return { kind, ...Object.fromEntries(entries) } as Place
}
