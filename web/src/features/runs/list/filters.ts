// How lists of runs can be narrowed.
import type { Filter } from '@/ui/filter-bar'
import { GROUPS } from './search'

export const STATUS_FILTER: Filter = {
  name: 'status',
  title: 'Status',
  isMany: true,
  options: Object.entries(GROUPS).map(([value, { text }]) => ({ value, text })),
}
