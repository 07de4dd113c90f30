// What lists of pull requests have in their address.
import { parameter, type ParseSearch } from '@/lib/search'

export const STATES = ['open', 'draft', 'merged', 'closed'] as const

interface PullRequestSearch {
  readonly state: (typeof STATES)[number] | undefined
  /** The account at the forge that opened it. */
  readonly author: string | undefined
  readonly page: number | undefined
}

export const parsePullRequests: ParseSearch<PullRequestSearch> = (raw) => ({
  state: parameter.oneOf(raw['state'], STATES),
  author: parameter.text(raw['author']),
  page: parameter.page(raw['page']),
})

/** The same for the request. */
export function filtersOf({ state, author, page }: PullRequestSearch) {
  return {
    ...(state && { 'filter[state]': state }),
    ...(author && { 'filter[author]': author }),
    ...(page && { 'page[number]': page }),
    'page[size]': 20,
  }
}
