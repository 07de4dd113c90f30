// What of the graph is shown, in the address.
import { parameter, type ParseSearch } from '@/lib/search'

export interface GraphSearch {
  readonly text: string | undefined
  /** Kinds, joined by commas. */
  readonly kind: string | undefined
  /** By id. */
  readonly project: string | undefined
}

export const parseGraph: ParseSearch<GraphSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  kind: parameter.text(raw['kind']),
  project: parameter.text(raw['project']),
})
