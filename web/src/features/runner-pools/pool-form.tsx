// Name and reach of a pool; for a new one and for one that is there.
import { useQueryClient } from '@tanstack/react-query'
import { call, type ResourceOf, stale } from '@/api/query'
import { Checkbox } from '@/ui/choice'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

interface PoolFormProps {
  organization: string
  /** Null for a new one. */
  pool: ResourceOf<'RunnerPool'> | null
  onDone: (pool: ResourceOf<'RunnerPool'>) => void
}

export function PoolForm({ organization, pool, onDone }: PoolFormProps) {
  const queries = useQueryClient()
  const form = useForm({
    initial: { name: (pool?.attributes.name ?? '') as string, 'organization-scoped': pool?.attributes['organization-scoped'] ?? true },
    submit: (attributes) =>
      pool
        ? call('patch', '/api/v2/agent-pools/{runner_pool}', {
            params: { path: { runner_pool: pool.id } },
            body: { data: { type: 'agent-pools', attributes } },
          })
        : call('post', '/api/v2/organizations/{organization}/agent-pools', {
            params: { path: { organization } },
            body: { data: { type: 'agent-pools', attributes } },
          }),
    onDone: ({ data }) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/agent-pools') })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/agent-pools/{runner_pool}') })
      onDone(data as ResourceOf<'RunnerPool'>)
    },
  })
  const { name } = form.values
  const shared = form.values['organization-scoped']
  const command = pool
    ? `slipway runner-pool update ${pool.attributes.name}${name !== pool.attributes.name ? ` --new-name ${name}` : ''} --shared ${shared}`
    : `slipway runner-pool create ${name || 'NAME'} --shared ${shared}`
  return (
    <Form
      form={form}
      submit={pool ? 'Save' : 'Create pool'}
      isWide
      command={command}
      disabledReason={pool && !form.isChanged ? 'Nothing is changed yet.' : null}
    >
      <TextInput label="Name" {...form.field('name')} isMono autoFocus={!pool} placeholder="build" />
      <Checkbox
        label="Every workspace of the organization may use it"
        help="Otherwise only workspaces that were given it."
        name="organization-scoped"
        value={shared}
        onChange={(value) => form.set({ 'organization-scoped': value })}
      />
    </Form>
  )
}
