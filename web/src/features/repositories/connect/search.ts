// What the pages that pick a repository keep in the address.
import { parameter } from '@/lib/search'

export const parsePickSearch = (raw: Readonly<Record<string, unknown>>) => ({
  /** Which integration opens it; `public` for none. */
  integration: parameter.text(raw['integration']),
  group: parameter.text(raw['group']),
  find: parameter.text(raw['find']),
  page: parameter.page(raw['page']),
  /** The one that is chosen. */
  repository: parameter.text(raw['repository']),
  branch: parameter.text(raw['branch']),
  /** Directories to begin with; `.` for the top. */
  roots: parameter.list(raw['roots']),
})

export type PickSearch = ReturnType<typeof parsePickSearch>

/** In place of an integration for what everybody may read. */
export const PUBLIC = 'public'
