// What the form of an order and that of a change have in common; pure.
import { ApiError } from '@/api/errors'
import type { OrderForm } from '../queries'
import type { Names } from '../words'
import { fieldsOf } from '@/lib/form-schema'
import type { Values } from './values'

/** Names of what can be chosen by id. */
export function namesOf(form: OrderForm | undefined, projects: readonly { readonly id: string; readonly attributes: { readonly name: string } }[]): Names {
  const found = [...(form?.parents ?? []), ...(form?.integrations ?? [])].flatMap(({ candidates }) => candidates)
  return new Map([
    ...projects.map(({ id, attributes }) => [id, attributes.name] as const),
    ...(form?.versions ?? []).map(({ id, name }) => [id, name] as const),
    ...found.map(({ id, name }) => [id, name] as const),
  ])
}

/** The same as commands have them: parents as `template/name`. */
export function commandNames(form: OrderForm, names: Names): Names {
  const parents = form.parents.flatMap(({ template, candidates }) => candidates.map(({ id, name }) => [id, `${template}/${name}`] as const))
  return new Map([...names, ...parents])
}

/** Variables whose values are never shown. */
export function secretsOf(form: OrderForm): ReadonlySet<string> {
  return new Set(fieldsOf(form.schema).filter(({ shape }) => shape.isSecret).map(({ name }) => name))
}

/** By their place within the attributes, `values/size`: those that the form knows, and those of a refused request. */
export function shownProblems(known: OrderForm['problems'], error: ApiError | null): ReadonlyMap<string, string> {
  const refused = error?.fields ?? []
  return new Map([...refused, ...known].map(({ pointer, detail }) => [placeOf(pointer), detail]))
}

const placeOf = (pointer: string) => pointer.replace(/^\/data\/(?:attributes|relationships)\//, '')

/** What is still wrong of a refused request: whatever was changed since is not, as far as anybody knows. */
export function remaining(error: ApiError | null, refused: Values | null, now: Values): ApiError | null {
  if (!error || !refused || error.fields.length === 0) return error
  const fields = error.fields.filter(({ pointer }) => isSame(placeOf(pointer), refused, now))
  if (fields.length === error.fields.length) return error
  const detail = fields.map((one) => one.detail).join(' ')
  return fields.length === 0 ? null : new ApiError(error.status, error.code, error.title, detail, fields, error.requestId, error.meta)
}

/** By the API's names of what it calls otherwise than the form does. */
const NAMES: Readonly<Record<string, keyof Values>> = { 'source-code-version': 'version', 'auto-apply': 'auto' }

function isSame(place: string, before: Values, now: Values): boolean {
  const [name = '', variable = ''] = place.split('/')
  if (name === 'values') return before.given[variable] === now.given[variable]
  const key = (NAMES[name] ?? name) as keyof Values
  return before[key] === now[key]
}

/** Settings that its template wants and that nothing it stands on gives. */
export function missingSettings(form: OrderForm): readonly string[] {
  return form['required-settings'].filter((one) => !one['is-given']).map(({ name }) => name)
}
