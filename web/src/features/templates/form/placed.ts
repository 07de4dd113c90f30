// What the server says about a part of a description, by where it is within: `parents/0/minimum`; pure.
import { ApiError, toApiError } from '@/api/errors'

const BASE = '/data/attributes/'

/** The same error, with the whole way to each field instead of its last step. */
export function placed(thrown: unknown): ApiError {
  const error = toApiError(thrown)
  const fields = error.fields.map((problem) => ({
    ...problem,
    field: problem.pointer.startsWith(BASE) ? problem.pointer.slice(BASE.length) : problem.field,
  }))
  return new ApiError(error.status, error.code, error.title, error.message, fields, error.requestId, error.meta)
}

export type Problems = Readonly<Record<string, string>>

/** Everything that is wrong with a field or within it, as one text. */
export function within(problems: Problems, ...names: readonly string[]): string | undefined {
  const found = Object.entries(problems).filter(([place]) => names.some((name) => place === name || place.startsWith(`${name}/`)))
  return found.length === 0 ? undefined : [...new Set(found.map(([, detail]) => detail))].join(' ')
}
