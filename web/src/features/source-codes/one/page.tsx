// One source code: its repository, its modules at a branch, tag or commit, and what each takes and gives.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { UsedBy } from '@/ui/used-by'
import { MANAGE, repositoryOf, type SourceCode, staleModules, staleSourceCodes, useOpenSourceCode } from '../queries'
import { Browser } from './browser'
import { DeleteSourceCode } from './delete'
import { EditSourceCode } from './edit'

export default function SourceCodePage() {
  const { organization, sourceCode, etag } = useOpenSourceCode()
  const { attributes } = sourceCode
  const refusal = useAllowed(organization).refusal(MANAGE)
  const [asked, setAsked] = useState<'edit' | 'delete' | null>(null)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => Promise.all([...staleSourceCodes, ...staleModules].map((queryKey) => queries.invalidateQueries({ queryKey })))
  const synchronize = useMutation({
    mutationFn: () => call('post', '/api/v2/source-codes/{source_code}/actions/synchronize', { params: { path: { source_code: sourceCode.id } } }),
    onSuccess: ({ data }) => toast({ text: foundBy(data.attributes) }),
    onSettled: refresh,
  })
  const list = addresses.sourceCodes(organization)
  return (
    <>
      <PageHead
        title={attributes.name}
        status={<Status of="repository" value={attributes.status as StatusWord<'repository'>} isBadge />}
        meta={<Meta organization={organization} sourceCode={sourceCode} />}
        crumbs={[{ title: 'Source code', to: list }]}
        object={{ kind: 'source-code', id: sourceCode.id, name: attributes.name }}
        palette={refusal ? [] : [{ id: 'source-code.synchronize', title: `Synchronize ${attributes.name}`, icon: 'refresh', run: () => synchronize.mutate() }]}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: 'Edit…', icon: 'edit', onSelect: () => setAsked('edit'), disabledReason: refusal }] },
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, onSelect: () => setAsked('delete'), disabledReason: refusal }] },
              ]}
            />
            <Button icon="refresh" isBusy={synchronize.isPending} disabledReason={refusal} onClick={() => synchronize.mutate()}>
              Synchronize
            </Button>
          </>
        }
      />
      <Stack gap={4}>
        {synchronize.error && <ErrorNotice error={toApiError(synchronize.error)} />}
        {attributes.error && !synchronize.error && (
          <Alert tone={attributes.status === 'unreachable' ? 'warning' : 'danger'} title={attributes.status === 'unreachable' ? 'It cannot be reached just now' : 'It cannot be read any more'}>
            {attributes.error}
          </Alert>
        )}
        <Browser sourceCode={sourceCode} />
      </Stack>
      {asked === 'edit' && <EditSourceCode sourceCode={sourceCode} etag={etag} onClose={() => setAsked(null)} onDone={refresh} />}
      {asked === 'delete' && (
        <DeleteSourceCode
          sourceCode={sourceCode}
          etag={etag}
          onClose={() => setAsked(null)}
          onDone={async () => {
            await navigate({ to: list })
            await refresh()
          }}
        />
      )}
    </>
  )
}

function Meta({ organization, sourceCode }: { organization: string; sourceCode: SourceCode }) {
  const { attributes } = sourceCode
  return (
    <Facts>
      {[
        <Link key="repository" to={addresses.repository(organization, repositoryOf(sourceCode))} look="plain">
          {attributes.repository}
        </Link>,
        attributes['web-url'] ? (
          <Anchor key="forge" href={attributes['web-url']}>
            At its forge
          </Anchor>
        ) : null,
        attributes['synchronized-at'] ? (
          <span key="synchronized">
            synchronized <Time at={attributes['synchronized-at']} />
          </span>
        ) : (
          'not synchronized yet'
        ),
        <span key="used">
          used by <UsedBy uses={attributes['used-by']} to={addresses.templates(organization)} isWhole />
        </span>,
        attributes.description || null,
      ]}
    </Facts>
  )
}

function foundBy({ added, moved, removed }: { added: readonly string[]; moved: readonly string[]; removed: readonly string[] }): string {
  const parts = [
    added.length > 0 && `${counted(added.length, 'branch or tag', 'branches and tags')} came`,
    moved.length > 0 && `${moved.length} moved`,
    removed.length > 0 && `${removed.length} went`,
  ].filter(Boolean)
  return parts.length === 0 ? 'It is as its forge has it: nothing changed.' : `${parts.join(', ')}.`
}
