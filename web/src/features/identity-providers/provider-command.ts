// The same provider from a terminal.
import type { ResourceOf } from '@/api/query'
import type { ProviderValues } from './provider-form'

const DEFAULT_SCOPES = 'openid profile email'

export function commandOf(provider: ResourceOf<'IdentityProvider'> | null, values: ProviderValues): string {
  return provider ? update(provider.attributes, values) : create(values)
}

function create(values: ProviderValues): string {
  const scopes = values.scopes.join(' ') === DEFAULT_SCOPES ? [] : values.scopes
  return joined([
    `slipway identity-provider create ${values.name || 'NAME'}`,
    `--issuer ${values.issuer || 'URL'}`,
    `--client-id ${values['client-id'] || 'ID'}`,
    ...scopes.map((scope) => `--scope ${scope}`),
    values['groups-claim'] === '' ? '--no-groups' : values['groups-claim'] !== 'groups' && `--groups-claim ${values['groups-claim']}`,
    values['username-claim'] !== 'preferred_username' && `--username-claim ${values['username-claim']}`,
    ...values['allowed-domains'].map((domain) => `--allowed-domain ${domain}`),
    values['creates-accounts'] && '--create-accounts',
    values['links-by-email'] && '--link-by-email',
    values['client-secret'] !== '' && '--client-secret - < secret.txt',
  ])
}

function update(before: ResourceOf<'IdentityProvider'>['attributes'], values: ProviderValues): string {
  const differs = (name: 'creates-accounts' | 'links-by-email' | 'is-enabled') => values[name] !== before[name]
  return joined([
    `slipway identity-provider update ${before.name}`,
    values.name !== before.name && `--name ${values.name}`,
    values['client-id'] !== before['client-id'] && `--client-id ${values['client-id']}`,
    ...(values.scopes.join(' ') === before.scopes.join(' ') ? [] : values.scopes.map((scope) => `--scope ${scope}`)),
    values['groups-claim'] !== (before['groups-claim'] ?? '') && `--groups-claim ${values['groups-claim'] || 'none'}`,
    values['username-claim'] !== before['username-claim'] && `--username-claim ${values['username-claim']}`,
    differs('creates-accounts') && `--creates-accounts ${values['creates-accounts']}`,
    differs('links-by-email') && `--links-by-email ${values['links-by-email']}`,
    differs('is-enabled') && `--enabled ${values['is-enabled']}`,
    values['client-secret'] !== '' && '--client-secret - < secret.txt',
  ])
}

function joined(parts: readonly (string | false)[]): string {
  return parts.filter(Boolean).join(' ')
}
