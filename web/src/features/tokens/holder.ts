// Whom a token stands for, and how one is made for each of them.
import { call, type ResourceOf, type Schema } from '@/api/query'
import type { ActorKind } from '@/ui/who'

/** Somebody or something that tokens stand for. */
export interface Holder {
  readonly kind: 'user' | 'team' | 'service-account' | 'organization'
  /** The id; the name for an organization. */
  readonly id: string
  readonly name: string
}

/** What a new token is asked with. */
export type TokenSettings = Schema<'NewToken'>

/** Makes a token of `holder`; its text is in the answer, and only there. */
export function createToken(holder: Holder, attributes: TokenSettings) {
  const body = { data: { type: 'authentication-tokens', attributes } } as const
  switch (holder.kind) {
    case 'user':
      return call('post', '/api/v2/users/{user}/authentication-tokens', { params: { path: { user: holder.id } }, body })
    case 'team':
      return call('post', '/api/v2/teams/{team}/authentication-tokens', { params: { path: { team: holder.id } }, body })
    case 'service-account':
      return call('post', '/api/v2/service-accounts/{service_account}/authentication-tokens', {
        params: { path: { service_account: holder.id } },
        body,
      })
    case 'organization':
      return call('post', '/api/v2/organizations/{organization}/authentication-tokens', {
        params: { path: { organization: holder.name } },
        body,
      })
  }
}

/** The holder of a listed token, as far as the answer says it: `names` has the names by id. */
export function holderOf(token: ResourceOf<'Token'>, names: ReadonlyMap<string, string>): { kind: ActorKind; id: string; name: string } {
  const kind = (token.attributes.kind ?? 'user') as ActorKind | 'runner-pool'
  const link = token.relationships?.[kind === 'runner-pool' ? 'agent-pool' : kind]?.data
  const id = link && !Array.isArray(link) ? link.id : ''
  return { kind: kind === 'runner-pool' ? 'runner' : kind, id, name: names.get(id) ?? id }
}

/** The command that makes such a token; null where the command line has none. */
export function createCommand(holder: Holder, description: string, expires: string, scopes: readonly string[]): string | null {
  const options = [
    description.trim() && `--description ${quoted(description.trim())}`,
    expires && `--expires ${expires}`,
    ...scopes.map((scope) => `--scope ${scope}`),
  ].filter(Boolean)
  const end = options.length > 0 ? ` ${options.join(' ')}` : ''
  if (holder.kind === 'user') return `slipway token create${end}`
  if (holder.kind === 'team') return `slipway team create-token ${holder.name || 'TEAM'}${end}`
  if (holder.kind === 'service-account') return `slipway service-account create-token ${holder.name || 'ACCOUNT'}${end}`
  return null
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`
}
