// What the lists of jobs and of their runs have in their addresses.
import { parameter, type ParseSearch } from '@/lib/search'

export const STATUSES = ['new', 'running', 'succeeded', 'failed', 'canceled', 'deleting'] as const
export const RUN_STATUSES = ['waiting', 'running', 'succeeded', 'failed', 'canceled', 'skipped'] as const

interface ListSearch {
  readonly text: string | undefined
  /** By id. */
  readonly project: string | undefined
  readonly status: (typeof STATUSES)[number] | undefined
  readonly label: string | undefined
  readonly page: number | undefined
}

export const parseJobs: ParseSearch<ListSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  project: parameter.text(raw['project']),
  status: parameter.oneOf(raw['status'], STATUSES),
  label: parameter.text(raw['label']),
  page: parameter.page(raw['page']),
})

interface RunsSearch {
  readonly status: (typeof RUN_STATUSES)[number] | undefined
  readonly page: number | undefined
}

export const parseRuns: ParseSearch<RunsSearch> = (raw) => ({ status: parameter.oneOf(raw['status'], RUN_STATUSES), page: parameter.page(raw['page']) })
