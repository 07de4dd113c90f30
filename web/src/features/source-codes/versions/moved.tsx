// The tag or branch of a version is on another commit: what differs, and taking it.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call, type Schema } from '@/api/query'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { shortSha } from '@/ui/commit'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Stack } from '@/ui/layout'
import { quoted } from '../commands'
import { Files } from './files'
import { Notes } from './notes'
import { driftOf, named, type Version } from './queries'

interface MovedProps {
  version: Version
  etag: string | undefined
  refusal: string | null
  onDone: () => Promise<unknown>
}

export function Moved({ version, etag, refusal, onDone }: MovedProps) {
  const { ref, 'moved-to': moved, 'ref-kind': kind } = version.attributes
  const [asked, setAsked] = useState<'look' | 'take' | null>(null)
  const [taken, setTaken] = useState<Schema<'SourceCodeVersionRefresh'> | null>(null)
  return (
    <>
      <Alert
        tone={kind === 'tag' ? 'warning' : 'info'}
        title={`${kind === 'tag' ? 'The tag' : 'The branch'} ${ref} is on ${shortSha(moved ?? '')} now`}
        action={
          <Button size="sm" onClick={() => setAsked('look')}>
            See what differs
          </Button>
        }
      >
        The code of this version is still that of {shortSha(version.attributes.commit)}. It changes only when somebody takes the new one.
      </Alert>
      {taken && taken.report.length > 0 && (
        <Alert tone="warning" title="Not all that was said about its variables fits any more">
          {taken.report.join(' ')}
        </Alert>
      )}
      <Dialog
        isOpen={asked === 'look'}
        onClose={() => setAsked(null)}
        title={`What ${ref} is on now, against this version`}
        size="lg"
        footer={
          <>
            <Button onClick={() => setAsked(null)}>Close</Button>
            <Button look="primary" disabledReason={refusal} onClick={() => setAsked('take')}>
              Take the new code…
            </Button>
          </>
        }
      >
        <Drift version={version} />
      </Dialog>
      <ConfirmDialog
        isOpen={asked === 'take'}
        onClose={() => setAsked(null)}
        title={`Take ${shortSha(moved ?? '')} as the code of ${named(version)}?`}
        verb="Take the new code"
        onConfirm={async () => {
          const { data } = await call('post', '/api/v2/source-code-versions/{source_code_version}/actions/refresh', {
            params: { path: { source_code_version: version.id } },
            ...(etag && { headers: { 'if-match': etag } }),
          })
          setTaken(data.attributes)
          await onDone()
        }}
      >
        <Stack gap={3}>
          <p>What was said about its variables is kept as far as it fits. Resources of it are not changed by this.</p>
          <Command text={`slipway source-code-version refresh ${quoted(named(version))} --yes`} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

function Drift({ version }: { version: Version }) {
  const { data, error, refetch } = useQuery(driftOf(version.id))
  if (error) return <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
  if (!data) return null
  const drift = data.data.attributes
  return (
    <Stack gap={4}>
      <Notes notes={drift.notes} empty={drift['is-changed'] ? 'What it takes and gives is the same.' : 'The code of the module is the same at both.'} />
      <Files files={drift.files} isCut={drift['is-cut']} />
    </Stack>
  )
}
