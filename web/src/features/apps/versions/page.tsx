// The versions of an app: what can be run again at any time.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row } from '@/ui/layout'
import { Pager } from '@/ui/pager'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { RollbackDialog } from '../one/deploy-dialogs'
import { useOpenApp, useRefreshApps, type Version, versionsOf } from '../queries'
import { noDeploy, refusal, shortImage } from '../words'

const parsePage: ParseSearch<{ readonly page: number | undefined }> = (raw) => ({ page: parameter.page(raw['page']) })

export default function Versions() {
  const { organization, app } = useOpenApp()
  const { name } = app.attributes
  const [{ page }, change] = useSearchState(parsePage)
  const [back, setBack] = useState<number | null>(null)
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const { data, error, refetch, isPlaceholderData } = useQuery({ ...versionsOf(app.id, page), placeholderData: (before) => before })
  const rows = data?.data as readonly Version[] | undefined
  return (
    <>
      <Section title="Versions" count={data?.meta?.pagination['total-count']} about="Each is an image with its processes, and never changes. Any of them can be run again, with the variables of now or its own.">
        {error && !data ? (
          <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
        ) : (
          <Table
            label="Versions"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columns(refusal(app, 'can-deploy') ?? noDeploy(app), setBack)}
            hasKeys={false}
            isStale={isPlaceholderData}
            expected={3}
            empty={
              <EmptyState title="No version yet" command={<Command text={`slipway app deploy --app ${quoted(name)}`} />}>
                The first deploy makes the first.
              </EmptyState>
            }
          />
        )}
        <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(next) => void change({ page: next })} />
      </Section>
      {back !== null && (
        <RollbackDialog
          app={app}
          version={back}
          onClose={() => setBack(null)}
          onDone={async (deploy) => {
            await navigate({ to: addresses.deploy(organization, name, deploy) })
            await refresh()
          }}
        />
      )}
    </>
  )
}

const columns = (cannot: string | null, onBack: (version: number) => void): readonly Column<Version>[] => [
  {
    key: 'number',
    title: 'Version',
    narrow: 'first',
    cell: ({ attributes }) => (
      <Row gap={2}>
        <Text isStrong>{`v${attributes.number}`}</Text>
        {attributes['is-live'] && <Tag isLine>runs</Tag>}
      </Row>
    ),
  },
  { key: 'origin', title: 'From', narrow: 'second', isWide: true, cell: ({ attributes }) => <Text isCut title={attributes.origin}>{shortImage(attributes.origin)}</Text> },
  { key: 'image', title: 'Image', from: 1240, cell: ({ attributes }) => <Text isMono level={2} isCut title={attributes.image}>{shortImage(attributes.image)}</Text> },
  { key: 'processes', title: 'Processes', from: 1240, cell: ({ attributes }) => <Text level={2}>{attributes.processes.map((process) => process.name).join(', ')}</Text> },
  { key: 'who', title: 'By', from: 1024, cell: ({ attributes }) => <Text level={2}>{attributes['created-by']}</Text> },
  { key: 'when', title: 'When', align: 'end', narrow: 'second', cell: ({ attributes }) => <Text level={3}><Time at={attributes['created-at']} form="short" /></Text> },
  {
    key: 'back',
    title: 'Run again',
    align: 'end',
    narrow: 'end',
    cell: ({ attributes }) =>
      !attributes['is-live'] && (
        <Button size="sm" icon="undo" aria-label={`Roll back to version ${attributes.number}`} disabledReason={cannot} onClick={() => onBack(attributes.number)}>
          Roll back…
        </Button>
      ),
  },
]
