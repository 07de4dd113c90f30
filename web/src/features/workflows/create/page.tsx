// A new workflow that destroys resources with all that stands on them, or brings resources up to date. Upgrades begin on the
// page of their template.
import { addresses } from '@/lib/addresses'
import { type ParseSearch, parameter, useOrganization, useSearchState } from '@/lib/search'
import { useAllowed } from '@/api/allowed'
import { READ } from '../queries'
import { DestroyPage } from './destroy'
import { RefreshPage } from './refresh'

interface NewSearch {
  readonly kind: 'destroy' | 'refresh'
  /** Ids. */
  readonly resources: readonly string[]
}

const parseNew: ParseSearch<NewSearch> = (raw) => ({
  kind: parameter.oneOf(raw['kind'], ['destroy', 'refresh']) ?? 'refresh',
  resources: parameter.list(raw['resources']) ?? [],
})

export default function NewWorkflow() {
  const organization = useOrganization()
  useAllowed(organization).demand(READ)
  const [{ kind, resources }] = useSearchState(parseNew)
  const crumbs = [{ title: 'Workflows', to: addresses.workflows(organization) }]
  const shown = { organization, resources, crumbs }
  return kind === 'destroy' ? <DestroyPage {...shown} /> : <RefreshPage {...shown} />
}
