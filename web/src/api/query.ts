// Server data through TanStack Query: `get` for what is shown, `call` for what is done, `stale` for what an event changes.
import { QueryClient, type QueryKey, queryOptions } from '@tanstack/react-query'
import type { FetchResponse, MaybeOptionalInit } from 'openapi-fetch'
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers'
import { client } from './client'
import { ApiError, errorOf } from './errors'
import type { components, paths } from './schema'

/** Wire types by their name in the OpenAPI document: `Schema<'Workspace'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** A resource of a document: `ResourceOf<'Workspace'>` has `id`, `type` and typed `attributes`. */
export interface ResourceOf<Name extends keyof components['schemas']> {
  readonly id: string
  readonly type: string
  readonly attributes: Schema<Name>
  readonly relationships?: Readonly<Record<string, Schema<'Relationship'>>>
  readonly links?: Readonly<Record<string, string>>
}

type Path<Method extends HttpMethod> = PathsWithMethod<paths, Method>
type Init<P extends keyof paths, Method extends HttpMethod> = MaybeOptionalInit<paths[P], Method>
type InitArgument<P extends keyof paths, Method extends HttpMethod> =
  RequiredKeysOf<Init<P, Method>> extends never ? [init?: Init<P, Method>] : [init: Init<P, Method>]
type Answer<P extends keyof paths, Method extends HttpMethod> = NonNullable<
  FetchResponse<Extract<paths[P][Method & keyof paths[P]], Record<string | number, unknown>>, object, `${string}/${string}`>['data']
>

/** An answer with the version that `If-Match` wants when it is changed. */
export type Loaded<T> = T & { readonly etag?: string }

/**
 * Query options of a GET: `useQuery(get('/api/v2/workspaces/{workspace}', { params: { path: { workspace } } }))`.
 * The key is `[path, path parameters, query parameters]`: see [`stale`].
 */
export function get<P extends Path<'get'>>(path: P, ...[init]: InitArgument<P, 'get'>) {
  const parameters = (init as { params?: { path?: object; query?: object } } | undefined)?.params
  return queryOptions({
    queryKey: [path, parameters?.path ?? {}, parameters?.query ?? {}] as const,
    queryFn: async ({ signal }): Promise<Loaded<Answer<P, 'get'>>> => call('get', path, { ...init, signal } as never),
  })
}

/**
 * Does one request and gives its document, or throws an `ApiError`:
 * `await call('post', '/api/v2/runs/{run}/actions/apply', { params: { path: { run } }, body: { comment } })`.
 */
export async function call<Method extends HttpMethod, P extends Path<Method>>(
  method: Method,
  path: P,
  ...[init]: InitArgument<P, Method>
): Promise<Loaded<Answer<P, Method>>> {
  const request = client.request as (method: string, path: string, init: unknown) => Promise<Received>
  const { data, error, response } = await request(method, path, init ?? {})
  if (error !== undefined || !response.ok) throw errorOf(response, error)
  const etag = response.headers.get('etag')
  return (isDocument(data) && etag ? { ...data, etag } : data) as Loaded<Answer<P, Method>>
}

interface Received {
  data?: unknown
  error?: unknown
  response: Response
}

function isDocument(data: unknown): data is object {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/**
 * The key of every query of `path`, or of those whose path parameters are `parameters`. For `invalidateQueries` and for
 * what a feature calls stale after an event.
 */
export function stale<P extends Path<'get'>>(path: P, parameters?: Readonly<Record<string, string>>): QueryKey {
  return parameters ? [path, parameters] : [path]
}

/** The cache. What the event stream names is read again; the rest is fresh for half a minute. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && isPassing(error),
        retryDelay: (failures) => 400 * 2 ** failures,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}

/** Whether trying again can help: no answer, or a server that says it cannot just now. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'offline' || error.status >= 502 || error.status === 429)
}

/** The id at the other side of a relationship with one; empty without one. */
export function related({ relationships }: Pick<ResourceOf<'Run'>, 'relationships'>, name: string): string {
  const linkage = relationships?.[name]?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}
