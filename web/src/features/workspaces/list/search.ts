// The list's filters, order and page as they stand in the address.
import { parameter } from '@/lib/search'

export interface ListSearch {
  /** Part of the name. */
  readonly q?: string | undefined
  /** `env` or `env=prod`; all of them. */
  readonly tag?: readonly string[] | undefined
  /** A project's id. */
  readonly project?: string | undefined
  /** Status of the newest run. */
  readonly status?: string | undefined
  readonly sort?: Sort | undefined
  readonly page?: number | undefined
}

const SORTS = ['name', '-name', 'created-at', '-created-at', 'latest-change-at', '-latest-change-at'] as const
export type Sort = (typeof SORTS)[number]

/** Newest changes first, as in a list of work. */
export const FIRST_SORT: Sort = '-latest-change-at'

export const PAGE_SIZE = 50

export function parseListSearch(raw: Readonly<Record<string, unknown>>): ListSearch {
  return {
    q: parameter.text(raw['q']),
    tag: parameter.list(raw['tag']),
    project: parameter.text(raw['project']),
    status: parameter.text(raw['status']),
    sort: parameter.oneOf(raw['sort'], SORTS),
    page: parameter.page(raw['page']),
  }
}

/** Whether any workspace is left out. */
export function isFiltered({ q, tag, project, status }: ListSearch): boolean {
  return Boolean(q ?? tag ?? project ?? status)
}

/** The API's query. */
export function listQuery({ q, tag, project, status, sort, page }: ListSearch) {
  return {
    'page[size]': PAGE_SIZE,
    'page[number]': page ?? 1,
    sort: sort ?? FIRST_SORT,
    ...(q && { 'search[name]': q }),
    ...(tag && { 'search[tags]': tag.join(',') }),
    ...(project && { 'filter[project][id]': project }),
    ...(status && { 'filter[status]': status }),
  }
}

/** The filters alone, as a saved view keeps them and as they stand in the address. */
export function filtersOf({ q, tag, project, status, sort }: ListSearch): Record<string, string> {
  const all = { q, tag: tag?.join(','), project, status, sort }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>
}
