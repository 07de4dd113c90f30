// Name and purpose of a service account; for a new one and for one that is there.
import { useQueryClient } from '@tanstack/react-query'
import { call, type ResourceOf, stale } from '@/api/query'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

interface AccountFormProps {
  organization: string
  /** Null for a new one. */
  account: ResourceOf<'ServiceAccount'> | null
  onDone: (account: ResourceOf<'ServiceAccount'>) => void
}

export function AccountForm({ organization, account, onDone }: AccountFormProps) {
  const queries = useQueryClient()
  const form = useForm({
    initial: { name: (account?.attributes.name ?? '') as string, description: account?.attributes.description ?? '' },
    submit: (attributes) =>
      account
        ? call('patch', '/api/v2/service-accounts/{service_account}', {
            params: { path: { service_account: account.id } },
            body: { data: { type: 'service-accounts', attributes } },
          })
        : call('post', '/api/v2/organizations/{organization}/service-accounts', {
            params: { path: { organization } },
            body: { data: { type: 'service-accounts', attributes } },
          }),
    onDone: (answer) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/service-accounts') })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/service-accounts/{service_account}') })
      onDone(answer.data as ResourceOf<'ServiceAccount'>)
    },
  })
  const { name, description } = form.values
  const end = description ? ` --description "${description}"` : ''
  return (
    <Form
      form={form}
      submit={account ? 'Save' : 'Create account'}
      isWide
      disabledReason={account && !form.isChanged ? 'Nothing is changed yet.' : null}
      {...(!account && { command: `slipway service-account create ${name || 'NAME'}${end}` })}
    >
      <TextInput label="Name" {...form.field('name')} isMono autoFocus={!account} placeholder="ci" />
      <TextInput label="Description" isOptional {...form.field('description')} placeholder="Plans pull requests" />
    </Form>
  )
}
