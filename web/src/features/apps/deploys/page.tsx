// All deploys of an app, the newest first.
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { Table } from '@/ui/table'
import { type Deploy, deploysOf, LIVE_MS, useOpenApp } from '../queries'
import { columns } from './columns'

const parsePage: ParseSearch<{ readonly page: number | undefined }> = (raw) => ({ page: parameter.page(raw['page']) })

export default function Deploys() {
  const { organization, app } = useOpenApp()
  const { name } = app.attributes
  const [{ page }, change] = useSearchState(parsePage)
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...deploysOf(app.id, page),
    placeholderData: (before) => before,
    // What was read as running is asked for again, even when the app says already that none goes on.
    refetchInterval: ({ state }) => (app.attributes['active-deploy'] || isAnyRunning(state.data?.data) ? LIVE_MS : false),
  })
  const rows = data?.data as readonly Deploy[] | undefined
  return (
    <Section title="Deploys" count={data?.meta?.pagination['total-count']} about="Every change of what runs, with its log. One goes on at a time.">
      {error && !data ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Deploys"
          rows={rows}
          rowKey={({ id }) => id}
          rowTo={({ id }) => addresses.deploy(organization, name, id)}
          columns={columns(organization, name, related(app, 'repository'))}
          isStale={isPlaceholderData}
          expected={3}
          empty={
            <EmptyState title="Nothing was deployed yet" command={<Command text={`slipway app deploy --app ${quoted(name)}`} />}>
              Deploy the directory that you are in, or an image.
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
    </Section>
  )
}

const isAnyRunning = (rows: readonly { readonly attributes: { readonly status: string } }[] | undefined) => rows?.some(({ attributes }) => attributes.status === 'running') ?? false
