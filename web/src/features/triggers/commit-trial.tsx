// Which workspaces a commit would start runs in, this one first.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { ErrorNotice } from '@/ui/alert'
import { Combobox } from '@/ui/combobox'
import { shortSha } from '@/ui/commit'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Status } from '@/ui/status'
import type { StatusWord } from '@/ui/status-list'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import type { Workspace } from './queries'
import styles from './triggers.module.css'

type Affected = ResourceOf<'AffectedWorkspace'>

interface CommitTrialProps {
  organization: string
  workspace: Workspace
  repository: string
}

export function CommitTrial({ organization, workspace, repository }: CommitTrialProps) {
  const [commit, setCommit] = useState('')
  const [typed, setTyped] = useState('')
  const branch = workspace.attributes['vcs-repo']?.branch ?? ''
  const recent = useQuery({
    ...get('/api/v2/repositories/{repository}/commits', {
      params: { path: { repository }, query: { ...(branch && { ref: branch }), 'page[size]': 20 } },
    }),
    retry: false,
  }).data?.data
  const { data, error, refetch } = useQuery({
    ...get('/api/v2/repositories/{repository}/commits/{commit}/affected', {
      params: { path: { repository, commit }, query: { ...(branch && { branch }) } },
    }),
    enabled: commit !== '',
    retry: false,
  })
  const offered = (recent ?? []).map(({ id, attributes }) => ({ value: id, text: `${shortSha(id)} ${attributes.subject}`, icon: 'commit' as const, detail: attributes.author }))
  // Whole ids are pasted, of which the line shows the beginning only.
  const sought = typed.trim().toLowerCase()
  const found = offered.filter(({ value, text }) => value.startsWith(sought) || text.toLowerCase().includes(sought))
  const rows = data && ownFirst(data.data as readonly Affected[], workspace)
  return (
    <Stack gap={3}>
      <div className={styles.event}>
        <Combobox
          label="Commit"
          isMono
          createLabel="Commit"
          placeholder="Paste a commit, or choose one of the newest"
          options={commit === '' || offered.some(({ value }) => value === commit) ? found : [{ value: commit, icon: 'commit' }, ...found]}
          onSearch={setTyped}
          value={commit}
          onChange={(typed) => setCommit(typed.trim())}
          help="A branch or a tag does as well. It is compared with its first parent."
        />
      </div>
      {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
      {commit !== '' && !error && (
        <Table
          label="Workspaces that it concerns"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(organization, workspace.id)}
          isOff={({ attributes }) => attributes.starts === 'nothing'}
          hasKeys={false}
          expected={2}
        />
      )}
    </Stack>
  )
}

/** This workspace first, also where the commit does not concern it: that is what was asked. */
function ownFirst(rows: readonly Affected[], { id, attributes }: Workspace): readonly Affected[] {
  const own: Affected = {
    id,
    type: 'affected-workspaces',
    attributes: {
      name: attributes.name,
      'working-directory': attributes['working-directory'],
      starts: 'nothing',
      reason: 'It changes nothing that this workspace is made of.',
    },
  }
  return [rows.find((row) => row.id === id) ?? own, ...rows.filter((row) => row.id !== id)]
}

function columns(organization: string, own: string): readonly Column<Affected>[] {
  return [
    {
      key: 'workspace',
      title: 'Workspace',
      narrow: 'first',
      cell: ({ id, attributes }) =>
        id === own ? (
          <Text isStrong>{attributes.name}</Text>
        ) : (
          <Link to={addresses.workspace(organization, attributes.name)} look="name">
            {attributes.name}
          </Link>
        ),
    },
    { key: 'starts', title: 'Starts', narrow: 'second', cell: ({ attributes }) => <Status of="start" value={attributes.starts as StatusWord<'start'>} /> },
    {
      key: 'reason',
      title: 'Why',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => <span className={styles.reason}>{attributes.reason}</span>,
    },
  ]
}
