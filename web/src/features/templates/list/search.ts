// What the address of the list says: filters, order, page.
import { parameter } from '@/lib/search'

export const STATUSES = ['enabled', 'disabled'] as const
export const FORMS = ['abstract', 'concrete'] as const

export const parseTemplatesSearch = (raw: Readonly<Record<string, unknown>>) => ({
  text: parameter.text(raw['text']),
  label: parameter.text(raw['label']),
  status: parameter.oneOf(raw['status'], STATUSES),
  form: parameter.oneOf(raw['form'], FORMS),
  /** The id of what they stand on. */
  parent: parameter.text(raw['parent']),
  sort: parameter.oneOf(raw['sort'], ['key', '-key', 'name', '-name', 'updated-at', '-updated-at']),
  page: parameter.page(raw['page']),
})

export type TemplatesSearch = ReturnType<typeof parseTemplatesSearch>

/** The same as the API asks for it. */
export function queryOf(search: TemplatesSearch) {
  return {
    ...(search.text && { 'search[text]': search.text }),
    ...(search.label && { 'filter[label]': search.label }),
    ...(search.status && { 'filter[status]': search.status }),
    ...(search.form && { 'filter[abstract]': search.form === 'abstract' }),
    ...(search.parent && { 'filter[parent]': search.parent }),
    ...(search.sort && { sort: search.sort }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 50,
  }
}

export const NO_FILTERS = { text: undefined, label: undefined, status: undefined, form: undefined, parent: undefined, page: undefined }

export function isFiltered({ text, label, status, form, parent }: TemplatesSearch): boolean {
  return [text, label, status, form, parent].some((value) => value !== undefined)
}
