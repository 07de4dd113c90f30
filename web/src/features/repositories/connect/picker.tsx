// Picks a repository: the integration that opens it, then one of those that its forge offers, or its address.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call, type ResourceOf, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/skeleton'
import { forges, type Repository } from '../queries'
import styles from '../repositories.module.css'
import { ByAddress } from './by-address'
import { ForgeList } from './forge-list'
import { type PickSearch, PUBLIC } from './search'

interface PickerProps {
  organization: string
  search: PickSearch
  onSearch: (changes: Partial<PickSearch>, options?: { replace?: boolean }) => unknown
  onPicked: (repository: Repository) => void
  /** Why nothing can be connected. */
  refusal: string | null
}

export function Picker({ organization, search, onSearch, onPicked, refusal }: PickerProps) {
  const { data, error, refetch } = useQuery(forges(organization))
  const connect = useConnect(organization, onPicked)
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return <Skeleton height={64} />
  const usable = (data.data as readonly ResourceOf<'Integration'>[]).filter(({ attributes }) => attributes['is-enabled'])
  const wanted = search.integration ?? usable[0]?.id ?? PUBLIC
  const integration = usable.find(({ id }) => id === wanted)
  if (usable.length === 0 && search.integration !== PUBLIC) return <NoForge organization={organization} onPublic={() => onSearch({ integration: PUBLIC })} />
  const isListed = integration !== undefined && integration.attributes.kind !== 'git'
  const pick = (identifier: string) => connect.mutate({ identifier, integration: integration?.id ?? null })
  return (
    <Stack gap={4}>
      <div className={styles.column}>
        <Select
          label="Opened by"
          value={integration?.id ?? PUBLIC}
          onChange={(id) => onSearch({ integration: id, group: undefined, find: undefined, page: undefined })}
          options={[
            ...usable.map(({ id, attributes }) => ({ value: id, text: `${attributes.name} (${attributes['kind-title']})` })),
            { value: PUBLIC, text: 'Nothing: everybody may read it' },
          ]}
        />
      </div>
      {integration && isListed ? (
        <ForgeList
          key={integration.id}
          integration={integration}
          search={search}
          onSearch={onSearch}
          onPick={pick}
          refusal={refusal}
          busy={connect.isPending ? (connect.variables?.identifier ?? null) : null}
        />
      ) : (
        <ByAddress
          key={wanted}
          beginning={String(integration?.attributes.settings['url'] ?? '')}
          onPick={pick}
          refusal={refusal}
          isBusy={connect.isPending}
        />
      )}
      {connect.error && <ErrorNotice error={toApiError(connect.error)} />}
    </Stack>
  )
}

function NoForge({ organization, onPublic }: { organization: string; onPublic: () => void }) {
  return (
    <EmptyState
      title="No Git forge is connected yet"
      action={
        <>
          <LinkButton look="primary" icon="plug" to={addresses.integration(organization, 'new')}>
            Connect a forge
          </LinkButton>
          <Button icon="globe" onClick={onPublic}>
            A public one, by its address
          </Button>
        </>
      }
      command={<Command text="slipway integration create gitea forge --set url=https://gitea.example.com --secret token" />}
    >
      GitHub, GitLab, Bitbucket, Azure DevOps, Gitea, Forgejo, or any Git server. A repository that everybody may read needs none.
    </EmptyState>
  )
}

/** Connects what was picked; one that is connected already is given back. */
function useConnect(organization: string, onPicked: (repository: Repository) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ identifier, integration }: { identifier: string; integration: string | null }) =>
      call('post', '/api/v2/organizations/{organization}/repositories', {
        params: { path: { organization } },
        body: { data: { type: 'repositories', attributes: { identifier, 'integration-id': integration } } },
      }),
    onSuccess: ({ data }) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/repositories') })
      onPicked(data as Repository)
    },
  })
}
