// What the form of an order and that of a change have in common; pure.
import type { ApiError } from '@/api/errors'
import type { OrderForm } from '../queries'
import type { Names } from '../words'
import { fieldsOf } from '@/lib/form-schema'

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
  return new Map([...refused, ...known].map(({ pointer, detail }) => [pointer.replace(/^\/data\/(?:attributes|relationships)\//, ''), detail]))
}

/** Settings that its template wants and that nothing it stands on gives. */
export function missingSettings(form: OrderForm): readonly string[] {
  return form['required-settings'].filter((one) => !one['is-given']).map(({ name }) => name)
}
