// Bringing many resources up to date: those that were chosen, or all that are stale.
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import type { Crumb } from '@/lib/page'
import { ErrorNotice } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Form } from '@/ui/form'
import { Split } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { MOST_LISTED, type Resource, resourceBy, staleResourcesOf } from '../queries'
import { createCommand } from '../words'
import { HowFields } from './how-fields'
import { Next } from './next'
import { Picked } from './picked'
import { useCreate } from './use-create'

interface NewPageProps {
  organization: string
  /** Ids of those that were chosen before. */
  resources: readonly string[]
  crumbs: readonly Crumb[]
}

export function RefreshPage({ organization, resources, crumbs }: NewPageProps) {
  const { rows, total, error, retry } = useCandidates(organization, resources)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const chosen = (rows ?? []).filter(({ id }) => !left.has(id)).map(({ id }) => id)
  // All that are stale need not be named, however many there are.
  const isAll = resources.length === 0 && left.size === 0
  const named = isAll ? [] : chosen
  const form = useCreate({ organization, kind: 'refresh', resources: named })
  const command = createCommand('refresh', named, '', form.values)
  const isNothing = rows?.length === 0
  return (
    <>
      <PageHead
        title="Bring resources up to date"
        meta="Each takes what it stands on as that is now, after those that it stands on itself. Its own values stay."
        crumbs={crumbs}
      />
      {error && <ErrorNotice error={toApiError(error)} onRetry={retry} />}
      {!error && isNothing && (
        <EmptyState title="Every resource is up to date" action={<LinkButton to={addresses.resources(organization)}>All resources</LinkButton>}>
          A resource is stale when an output, a setting or a tag of something that it stands on has changed since it was applied.
        </EmptyState>
      )}
      {!error && !isNothing && (
        <Split isFollowing aside={<Next command={command} isAuto={form.values.auto} />}>
          <Form
            form={form}
            submit="Plan the steps"
            isWide
            disabledReason={rows && chosen.length === 0 ? 'Choose at least one.' : null}
          >
            <Section title="Resources" count={rows ? `${isAll ? total : chosen.length} of ${total}` : undefined}>
              <Picked organization={organization} rows={rows} left={left} onLeft={setLeft} empty={null} />
              {total > MOST_LISTED && <Text level={3}>The first {MOST_LISTED} are listed. All are taken while none of them is left out.</Text>}
            </Section>
            <HowFields form={form} />
          </Form>
        </Split>
      )}
    </>
  )
}

/** Those that were chosen, or all that are stale. */
function useCandidates(organization: string, chosen: readonly string[]) {
  const stale = useQuery({ ...staleResourcesOf(organization), enabled: chosen.length === 0 })
  const named = useNamed(chosen)
  if (chosen.length > 0) return { ...named, total: chosen.length }
  return {
    rows: stale.data?.data as readonly Resource[] | undefined,
    total: stale.data?.meta?.pagination['total-count'] ?? 0,
    error: stale.error,
    retry: () => void stale.refetch(),
  }
}

/** Resources by their ids. */
export function useNamed(ids: readonly string[]) {
  const found = useQueries({ queries: ids.map((id) => resourceBy(id)) })
  const isWhole = found.every(({ data }) => data)
  return {
    rows: isWhole ? found.flatMap(({ data }) => (data ? [data.data as Resource] : [])) : undefined,
    error: found.find((one) => one.error)?.error ?? null,
    retry: () => {
      for (const one of found) if (one.error) void one.refetch()
    },
  }
}
