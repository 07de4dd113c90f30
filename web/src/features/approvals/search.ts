// What the list of approval rules has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

interface RulesSearch {
  /** Only what counts in this project, by id. */
  readonly project: string | undefined
  readonly page: number | undefined
  /** The dialog for a new one is open. */
  readonly new: true | undefined
  /** The rule that is open. */
  readonly rule: string | undefined
}

export const parseRules: ParseSearch<RulesSearch> = (raw) => ({
  project: parameter.text(raw['project']),
  page: parameter.page(raw['page']),
  new: parameter.flag(raw['new']),
  rule: parameter.text(raw['rule']),
})
