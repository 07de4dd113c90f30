// Connects a repository, so that its files can be looked at and workspaces come from it.
import { useNavigate } from '@tanstack/react-router'
import { useAllowed } from '@/api/allowed'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Picker } from './picker'
import { parsePickSearch } from './search'

export default function ConnectPage() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refusal = useAllowed(organization).refusal('integration.use')
  const [search, setSearch] = useSearchState(parsePickSearch)
  return (
    <>
      <PageHead
        title="Connect a repository"
        meta="It is fetched once for all that comes from it, and its forge is asked to tell of pushes."
        crumbs={[{ title: 'Repositories', to: addresses.repositories(organization) }]}
      />
      <Stack gap={4}>
        <Picker
          organization={organization}
          search={search}
          onSearch={setSearch}
          refusal={refusal}
          onPicked={({ id }) => void navigate({ to: addresses.repository(organization, id, 'roots') })}
        />
      </Stack>
    </>
  )
}
