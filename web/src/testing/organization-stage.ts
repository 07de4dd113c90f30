// What pages of an organization ask for before anything else: who looks, at which organization, and what he may do there.
// Typed by the schema, so that a change of the API is seen here first.
import { http, HttpResponse } from 'msw'
import type { Schema } from '@/api/query'

export const ORIGIN = window.location.origin
export const API = `${ORIGIN}/api/v2`
export const ACME = `${API}/organizations/acme`

/** A resource with attributes of the schema. */
export function resourceOf<Name extends Parameters<typeof typeOf>[0]>(name: Name, id: string, attributes: Schema<Name>, relationships = {}) {
  return { id, type: typeOf(name), attributes, relationships }
}

const TYPES = {
  AccessExplanation: 'access-explanations',
  Event: 'events',
  Organization: 'organizations',
  OrganizationMembership: 'organization-memberships',
  PermissionNode: 'permissions',
  Role: 'roles',
  Token: 'authentication-tokens',
  User: 'users',
} as const

function typeOf(name: keyof typeof TYPES): string {
  return TYPES[name]
}

/** A list on one page. */
export function listOf<Resource>(data: readonly Resource[], nextAfter: string | null = null) {
  const pagination = {
    'current-page': 1,
    'page-size': 50,
    'prev-page': null,
    'next-page': nextAfter ? 2 : null,
    'next-after': nextAfter,
    'total-pages': 1,
    'total-count': data.length,
  } satisfies Schema<'Pagination'>
  return { data, meta: { pagination } }
}

const EVERYTHING = [
  'event.export',
  'event.read',
  'event.webhook.manage',
  'organization.access.manage',
  'organization.access.members',
  'organization.access.read',
  'organization.access.teams',
  'runner-pool.manage',
]

/** One allowed permission of the caller, without saying why. */
function allowed(permission: string) {
  return resourceOf('AccessExplanation', `user-ada:${permission}:acme`, {
    subject: 'user-ada',
    'subject-name': 'ada',
    permission,
    scope: 'acme',
    'is-allowed': true,
    chains: [],
  })
}

/** Answers for ada, an administrator of acme, or a reader who may see what happens and who is here, and change nothing. */
export function acme({ isReader = false } = {}) {
  const held = isReader ? ['event.read', 'organization.access.read', 'organization.read'] : EVERYTHING
  return [
    http.get(`${API}/account/session`, () => HttpResponse.json({ data: { attributes: { 'csrf-token': 't' } } })),
    http.get(`${API}/account/details`, () =>
      HttpResponse.json({ data: resourceOf('User', 'user-ada', { username: 'ada', 'is-service-account': false }) }),
    ),
    http.get(`${ACME}/access-explanations`, ({ request }) =>
      new URL(request.url).searchParams.has('subject') ? undefined : HttpResponse.json(listOf(held.map(allowed))),
    ),
    http.get(`${ACME}/roles`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/teams`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/service-accounts`, () => HttpResponse.json(listOf([]))),
    http.get(`${ACME}/role-assignments`, () => HttpResponse.json(listOf([]))),
    http.get(`${API}/permissions`, () =>
      HttpResponse.json(
        listOf([
          resourceOf('PermissionNode', 'workspace.read', { description: 'See workspaces and their settings.' }),
          resourceOf('PermissionNode', 'workspace.run.apply', { description: 'Start runs that apply; confirm and discard plans.' }),
        ]),
      ),
    ),
  ]
}
