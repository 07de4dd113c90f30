// What the current state holds, grouped and filtered here: the state comes as a whole.
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { count, counted } from '@/lib/numbers'
import { parameter, useSearchState } from '@/lib/search'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { FilterBar } from '@/ui/filter-bar'
import { PageSkeleton } from '@/ui/skeleton'
import { Segmented } from '@/ui/segmented'
import { Text } from '@/ui/text'
import { currentState, related, useOpenWorkspace } from '../queries'
import { command } from '../words'
import { grouped, matching, type Grouping } from './group'
import { ResourceList } from './resource-list'

interface ResourcesSearch {
  readonly q?: string | undefined
  readonly by?: Grouping | undefined
}

const parseSearch = (raw: Readonly<Record<string, unknown>>): ResourcesSearch => ({
  q: parameter.text(raw['q']),
  by: parameter.oneOf(raw['by'], ['module', 'type']),
})

export default function ResourcesPage() {
  const { organization, workspace } = useOpenWorkspace()
  const [search, change] = useSearchState(parseSearch)
  const { name, permissions } = workspace.attributes
  const hasState = related(workspace, 'current-state-version') !== null
  const mayRead = permissions['can-read-state-versions']
  const state = useQuery({ ...currentState(workspace.id), enabled: hasState && mayRead })
  const sought = useDeferredValue(search.q ?? '')
  const by = search.by ?? 'module'
  const resources = state.data?.data.attributes.resources
  const groups = useMemo(() => grouped(matching(resources ?? [], sought), by), [resources, sought, by])
  if (!mayRead) {
    return (
      <EmptyState title="The resources are in the state, which you may not read">
        Reading states needs workspace.state.read here, because states hold secrets. The Access tab explains it.
      </EmptyState>
    )
  }
  if (!hasState) {
    return (
      <EmptyState
        title="No resources yet"
        action={<LinkButton to={addresses.run(organization, name, 'new')}>New run</LinkButton>}
        command={<Command text={command('apply --workspace', name)} />}
      >
        Resources appear here when a run has made them. Start a run, look at its plan and confirm it.
      </EmptyState>
    )
  }
  if (state.error) return <ErrorNotice error={toApiError(state.error)} onRetry={() => void state.refetch()} />
  if (!state.data || !resources) return <PageSkeleton />
  const { encrypted, serial } = state.data.data.attributes
  if (encrypted) {
    return (
      <EmptyState title="The state is encrypted">
        The configuration encrypts its state (version {serial}), so that nobody but the engine can say what is in it.
      </EmptyState>
    )
  }
  if (resources.length === 0) {
    return <EmptyState title="The state is empty">Version {serial} of the state holds no resources: everything was destroyed.</EmptyState>
  }
  const shown = groups.reduce((sum, group) => sum + group.resources.length, 0)
  return (
    <>
      <FilterBar
        filters={[]}
        values={{ q: search.q }}
        onChange={({ q }) => change({ q: typeof q === 'string' ? q : undefined }, { replace: true })}
        text={{ name: 'q', placeholder: 'Filter by address' }}
        end={
          <Segmented
            label="Group by"
            value={by}
            options={[
              { value: 'module', text: 'Module' },
              { value: 'type', text: 'Type' },
            ]}
            onChange={(value) => change({ by: value === 'module' ? undefined : value })}
          />
        }
      />
      {shown === 0 ? (
        <EmptyState title="No resource matches">Nothing of the {counted(resources.length, 'resource')} has “{search.q}” in its address or provider.</EmptyState>
      ) : (
        <ResourceList groups={groups} by={by} sought={sought.trim().toLowerCase()} />
      )}
      {sought !== '' && shown > 0 && (
        <Text level={3} isSmall>
          {count(shown)} of {count(resources.length)}
        </Text>
      )}
    </>
  )
}
