// The list's filters, order and page as they stand in the address.
import { parameter } from '@/lib/search'

export interface ListSearch {
  /** Part of the name. */
  readonly q?: string | undefined
  /** `env` or `env=prod`; all of them. */
  readonly tag?: readonly string[] | undefined
  /** A project's id. */
  readonly project?: string | undefined
  /** Statuses of the newest run, with commas; `none` for workspaces without one. */
  readonly status?: string | undefined
  readonly locked?: boolean | undefined
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
    locked: isYes(raw['locked']),
    sort: parameter.oneOf(raw['sort'], SORTS),
    page: parameter.page(raw['page']),
  }
}

function isYes(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : undefined
}

/** Whether any workspace is left out. */
export function isFiltered({ q, tag, project, status, locked }: ListSearch): boolean {
  return Boolean(q ?? tag ?? project ?? status) || locked !== undefined
}

/** The filters as the API takes them. */
export function searchQuery({ q, tag, project, status, locked }: ListSearch) {
  return {
    ...(q && { 'search[name]': q }),
    ...(tag && { 'search[tags]': tag.join(',') }),
    ...(project && { 'filter[project][id]': project }),
    ...(status && { 'filter[status]': status }),
    ...(locked !== undefined && { 'filter[locked]': locked }),
  }
}

/** The API's query of one page of the list. */
export function listQuery(search: ListSearch) {
  return {
    'page[size]': PAGE_SIZE,
    'page[number]': search.page ?? 1,
    sort: search.sort ?? FIRST_SORT,
    ...searchQuery(search),
  }
}

/** The filters alone, as a saved view keeps them and as they stand in the address. */
export function filtersOf({ q, tag, project, status, locked, sort }: ListSearch): Record<string, string> {
  const all = { q, tag: tag?.join(','), project, status, locked: locked?.toString(), sort }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>
}
