// What an event of a template makes stale: every page of templates, because their names and places are on others' pages.
import { stale } from '@/api/query'

export const staleTemplates = [
  stale('/api/v2/organizations/{organization}/templates'),
  stale('/api/v2/templates/{template}'),
  stale('/api/v2/templates/{template}/tree'),
]
