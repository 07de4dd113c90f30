// What is said of an identity provider; for a new one and for one that is there.
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { Checkbox } from '@/ui/choice'
import { MultiSelect } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { commandOf } from './provider-command'

type Provider = ResourceOf<'IdentityProvider'>

interface ProviderFormProps {
  /** Null for a new one. */
  provider: Provider | null
  onDone: (provider: Provider) => void
  beside?: ReactNode
}

const SCOPES = ['openid', 'profile', 'email', 'groups']

export function ProviderForm({ provider, onDone, beside }: ProviderFormProps) {
  const queries = useQueryClient()
  const form = useForm({
    initial: valuesOf(provider),
    submit: (values) => save(provider, values),
    onDone: ({ data }) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/identity-providers') })
      void queries.invalidateQueries({ queryKey: stale('/api/v2/identity-providers/{identity_provider}') })
      onDone(data as Provider)
    },
  })
  const { values } = form
  const choice = (name: 'creates-accounts' | 'links-by-email' | 'is-enabled') => ({
    name,
    value: values[name],
    onChange: (value: boolean) => form.set({ [name]: value }),
  })
  return (
    <Form
      form={form}
      submit={provider ? 'Save' : 'Create provider'}
      look={provider ? 'default' : 'primary'}
      disabledReason={provider && !form.isChanged ? 'Nothing is changed yet.' : null}
      command={commandOf(provider, values)}
      beside={beside}
    >
      <TextInput label="Name" {...form.field('name')} isMono placeholder="dex" help="People see it on the sign-in page." />
      <TextInput
        label="Issuer"
        {...form.field('issuer')}
        isMono
        placeholder="https://dex.example.com"
        disabledReason={provider ? 'It never changes. Create another provider for another issuer.' : null}
        help="Exactly as the provider writes it about itself."
      />
      <TextInput label="Client id" {...form.field('client-id')} isMono placeholder="slipway" />
      <TextInput
        label="Client secret"
        type="password"
        isOptional
        autoComplete="new-password"
        {...form.field('client-secret')}
        help={provider?.attributes['has-client-secret'] ? 'One is kept. Leave this empty to keep it.' : 'Leave it empty for a public client.'}
      />
      <MultiSelect
        label="Asks for"
        {...form.field('scopes')}
        isMono
        createLabel="Ask for"
        options={SCOPES.map((value) => ({ value }))}
      />
      <TextInput
        label="Claim with the groups"
        isOptional
        isMono
        {...form.field('groups-claim')}
        placeholder="groups"
        help="Its groups become teams that follow them. Leave it empty where groups are not used, or the provider is not yours."
      />
      <TextInput label="Claim with the name" isMono {...form.field('username-claim')} help="The name of a new account is made from it." />
      <MultiSelect
        label="Mail domains"
        isOptional
        isMono
        createLabel="Let in"
        {...form.field('allowed-domains')}
        options={[]}
        help="Only people with these may sign in; everybody of the provider without."
      />
      <Checkbox label="Newcomers get an account" help="It may do nothing until a role or a team lets it." {...choice('creates-accounts')} />
      <Checkbox
        label="Newcomers get the account with their mail address"
        help="If the provider says that the address is verified, and its owner has verified it here."
        {...choice('links-by-email')}
      />
      {provider && (
        <Checkbox
          label="People can sign in with it"
          help="Turned off, everybody who signed in by it is signed out."
          {...choice('is-enabled')}
        />
      )}
    </Form>
  )
}

export type ProviderValues = ReturnType<typeof valuesOf>

function valuesOf(provider: Provider | null) {
  const known = provider?.attributes
  return {
    name: (known?.name ?? '') as string,
    issuer: known?.issuer ?? '',
    'client-id': known?.['client-id'] ?? '',
    'client-secret': '',
    scopes: (known?.scopes ?? ['openid', 'profile', 'email']) as readonly string[],
    'groups-claim': known ? (known['groups-claim'] ?? '') : 'groups',
    'username-claim': known?.['username-claim'] ?? 'preferred_username',
    'allowed-domains': (known?.['allowed-domains'] ?? []) as readonly string[],
    'creates-accounts': known?.['creates-accounts'] ?? false,
    'links-by-email': known?.['links-by-email'] ?? false,
    'is-enabled': known?.['is-enabled'] ?? true,
  }
}

function save(provider: Provider | null, { issuer, 'client-secret': secret, ...values }: ProviderValues) {
  const attributes = {
    ...values,
    scopes: [...values.scopes],
    'allowed-domains': [...values['allowed-domains']],
    'groups-claim': values['groups-claim'].trim() || null,
    ...(secret && { 'client-secret': secret }),
  }
  return provider
    ? call('patch', '/api/v2/identity-providers/{identity_provider}', {
        params: { path: { identity_provider: provider.id } },
        body: { data: { type: 'identity-providers', attributes } },
      })
    : call('post', '/api/v2/identity-providers', {
        body: { data: { type: 'identity-providers', attributes: { ...attributes, issuer } } },
      })
}
