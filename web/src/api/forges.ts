// Integrations that open repositories.
import { get } from './query'

export const forgesOf = (organization: string) => ({
  ...get('/api/v2/organizations/{organization}/integrations', { params: { path: { organization }, query: { 'filter[group]': 'forge', 'page[size]': 100 } } }),
  retry: false,
})
