// The browser's session: where to sign in, and what unsafe requests must repeat. The cookie itself is out of reach here.

import { errorFrom, offline } from './errors'

const SESSION = '/api/v2/account/session'

let token: Promise<string> | null = null

/** What `X-CSRF-Token` must be; asked for once, and again after `forgetCsrfToken`. */
export function csrfToken(): Promise<string> {
  token ??= readToken().catch((error: unknown) => {
    token = null
    throw error
  })
  return token
}

/** Asks anew the next time: somebody signed in again in another tab. */
export function forgetCsrfToken() {
  token = null
}

async function readToken(): Promise<string> {
  const response = await fetch(SESSION, { headers: { accept: 'application/vnd.api+json' } }).catch(() => {
    throw offline()
  })
  if (response.status === 401) signIn()
  if (!response.ok) throw await errorFrom(response)
  const body = (await response.json()) as { data?: { attributes?: Record<string, unknown> } }
  const value = body.data?.attributes?.['csrf-token']
  return typeof value === 'string' ? value : ''
}

/** The address of the sign-in page that comes back to `path`. */
export function signInAddress(path: string): string {
  return `/sign-in?return_to=${encodeURIComponent(path)}`
}

let isLeaving = false

/** Leaves for the sign-in page, and comes back to this one. Several failing requests leave once. */
export function signIn() {
  if (isLeaving) return
  isLeaving = true
  window.location.assign(signInAddress(window.location.pathname + window.location.search))
}

/** Ends the session and shows the sign-in page. */
export async function signOut() {
  const body = new URLSearchParams({ csrf: await csrfToken() })
  await fetch('/sign-out', { method: 'POST', body, redirect: 'manual' })
  forgetCsrfToken()
  window.location.assign('/sign-in')
}
