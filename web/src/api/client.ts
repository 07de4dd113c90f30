// The one way to the server: JSON:API over fetch, typed by the OpenAPI document, with the session's CSRF token on what
// changes something, and the sign-in page where there is no session.
import createClient from 'openapi-fetch'
import { offline } from './errors'
import type { paths } from './schema'
import { csrfToken, forgetCsrfToken, signIn } from './session'

export const MEDIA_TYPE = 'application/vnd.api+json'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Sends a request as the signed-in user. Rejects with an `ApiError` only when there is no answer; a refusal is an answer.
 * For JSON use `get` and `call` of query.ts; this is for uploads, downloads and streams.
 */
export async function send(request: Request): Promise<Response> {
  if (SAFE_METHODS.has(request.method)) return received(await attempt(request))
  const again = request.clone()
  const token = await csrfToken()
  const response = await attempt(withToken(request, token))
  if (response.status !== 403) return received(response)
  // Refused: perhaps only because the session is another one by now. One more attempt if its token is another one.
  forgetCsrfToken()
  const fresh = await csrfToken()
  return received(fresh === token ? response : await attempt(withToken(again, fresh)))
}

async function attempt(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (request.signal.aborted) throw error
    throw offline()
  }
}

function received(response: Response): Response {
  if (response.status === 401) signIn()
  return response
}

function withToken(request: Request, token: string): Request {
  request.headers.set('X-CSRF-Token', token)
  return request
}

/** The typed client. Answers carry `error` instead of throwing: pages use `get` and `call` of query.ts. */
export const client = createClient<paths>({
  baseUrl: typeof window === 'undefined' ? '/' : window.location.origin,
  fetch: send,
  headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
  // `filter[name]=x`, `page[size]=50`: names are written out in the OpenAPI document already.
  querySerializer: { array: { style: 'form', explode: false } },
})
