// The form of a change that takes another version: what that one asks for, and what of the values it has no place for.
import { useQuery } from '@tanstack/react-query'
import { call, related } from '@/api/query'
import { fieldsOf } from '@/lib/form-schema'
import { type OrderForm, type Resource, RESOURCES } from '../queries'
import { orderOf, type Values, valuesOf } from './values'

/** What is asked for with the version that is chosen; `own` is the form of the resource as it is. */
export function useShape(organization: string, resource: Resource, values: Values, own: OrderForm) {
  const { attributes } = resource
  const isOther = values.version !== '' && values.version !== attributes['source-code-version']
  // What is typed here changes nothing of what another version asks for; what it stands on does.
  const asked = { ...valuesOf(attributes), project: related(resource, 'project'), version: values.version, parents: values.parents, integrations: values.integrations }
  const order = orderOf(attributes.template, asked)
  const { data, error, isFetching } = useQuery({
    queryKey: ['resource form of another version', organization, resource.id, values.version, values.parents, values.integrations],
    queryFn: () => call('post', `${RESOURCES}/actions/form`, { params: { path: { organization } }, body: { data: { type: 'resources', attributes: order } } }),
    enabled: isOther,
    retry: false,
  })
  const other = isOther ? data?.data.attributes : undefined
  return { shape: other ? merged(own, other, attributes.secrets) : own, isOther: other !== undefined, error: isOther ? error : null, isFetching: isOther && isFetching }
}

/** What another version asks for, of a resource that has its secrets, its name and its choice of versions already. */
function merged(own: OrderForm, other: OrderForm, secrets: readonly string[]): OrderForm {
  const values = other.values.map((one) => (secrets.includes(one.name) ? { ...one, origin: { kind: 'resource' as const } } : one))
  return { ...other, values, versions: own.versions, name: own.name, naming: own.naming, problems: [] }
}

/** Names of values that are given and that the form does not ask for: its version has no such variable any more. */
export function leftOver(given: Values['given'], shape: OrderForm): readonly string[] {
  const known = new Set([...fieldsOf(shape.schema).map(({ name }) => name), ...shape.values.map(({ name }) => name)])
  return Object.keys(given).filter((name) => !known.has(name))
}

/** The values without those. */
export function without(values: Values, names: readonly string[]): Values {
  return names.length === 0 ? values : { ...values, given: Object.fromEntries(Object.entries(values.given).filter(([name]) => !names.includes(name))) }
}
