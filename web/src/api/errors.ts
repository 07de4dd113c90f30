// What the server says when it refuses: JSON:API error documents as one typed error with messages for fields.
import type { components } from './schema'

type ErrorObject = components['schemas']['ErrorObject']

/** Stable words for what went wrong; `offline` is ours, for a server that does not answer. */
export type ErrorCode = components['schemas']['Code'] | 'offline'

/** One sentence about one field of a form. */
export interface FieldProblem {
  /** Last part of the JSON pointer (`name`), or the name of the query parameter. */
  readonly field: string
  /** The whole pointer, `/data/attributes/name`. */
  readonly pointer: string
  readonly detail: string
}

/** An answer that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    /** A few words, the same for every error of the code. */
    readonly title: string,
    detail: string,
    readonly fields: readonly FieldProblem[] = [],
    /** What to tell whoever looks after the server. */
    readonly requestId: string | null = null,
    readonly meta: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail)
  }

  /** What is wrong with the field, or undefined. */
  field(name: string): string | undefined {
    return this.fields.find((problem) => problem.field === name)?.detail
  }

  /** Not `isNotFound`: that is what the router knows its own errors by, which it throws on to the root. */
  get isMissing() {
    return this.status === 404
  }

  /** Somebody changed it in between: what was read is old. */
  get isOutdated() {
    return this.status === 412
  }
}

/** The server did not answer at all. */
export function offline(): ApiError {
  const detail = 'The server does not answer. Check the connection; what you typed is kept.'
  return new ApiError(0, 'offline', 'Not connected', detail)
}

/** The error in `response`, whatever its body is. */
export async function errorFrom(response: Response): Promise<ApiError> {
  return errorOf(response, await response.json().catch(() => null))
}

/** The error in a body that was read already. */
export function errorOf(response: Response, body: unknown): ApiError {
  const errors = isErrorDocument(body) ? body.errors : []
  const [first] = errors
  const requestId = requestIdOf(first) ?? response.headers.get('x-request-id')
  if (!first) return unexplained(response.status, requestId)
  const general = errors.filter((error) => !error.source?.pointer && !error.source?.parameter)
  const detail = (general.length > 0 ? general : errors).map((error) => error.detail).join(' ')
  const meta = (first.meta ?? {}) as Record<string, unknown>
  // The server writes titles as words within a sentence.
  const title = first.title.charAt(0).toUpperCase() + first.title.slice(1)
  return new ApiError(response.status, first.code, title, detail, errors.flatMap(problemOf), requestId, meta)
}

/** What browsers and the build say when a file of the console does not come. */
const NOT_LOADED = /preload CSS|dynamically imported module|importing a module script failed/i

/** What browsers say, each in its own words, when a request finds no server. */
const NO_ANSWER = /failed to fetch|networkerror|load failed|network error/i

/** Any thrown thing as an [`ApiError`], so that there is one way of showing it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof TypeError && NO_ANSWER.test(error.message)) return offline()
  const detail = error instanceof Error ? error.message : String(error)
  if (NOT_LOADED.test(detail)) {
    const what = 'This page could not be loaded. Check the connection and try again; after an update of the server, load it anew.'
    return new ApiError(0, 'offline', 'Not connected', what)
  }
  return new ApiError(-1, 'internal', 'The console failed', `${detail} Load the page again.`)
}

function problemOf(error: ErrorObject): FieldProblem[] {
  const pointer = error.source?.pointer ?? error.source?.parameter
  if (!pointer) return []
  return [{ pointer, field: pointer.split('/').at(-1) ?? pointer, detail: error.detail }]
}

function requestIdOf(error: ErrorObject | undefined): string | null {
  const id = (error?.meta as Record<string, unknown> | undefined)?.['request-id']
  return typeof id === 'string' ? id : null
}

function unexplained(status: number, requestId: string | null): ApiError {
  const detail = `The server answered ${status} without saying why. Try again; if it stays, look into its log.`
  return new ApiError(status, status === 404 ? 'not-found' : 'internal', `Answer ${status}`, detail, [], requestId)
}

function isErrorDocument(body: unknown): body is { errors: ErrorObject[] } {
  return typeof body === 'object' && body !== null && Array.isArray((body as { errors?: unknown }).errors)
}
