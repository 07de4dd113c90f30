// Which repository a workspace comes from, what of it counts, and what pull requests do.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { FollowFields, PatternFields, PullRequestFields, RepositoryField } from './fields'
import { repositories, type Repository, type Workspace } from './queries'
import { commandOf, settingsOf, valuesOf } from './values'

interface SourceFormProps {
  organization: string
  workspace: Workspace
  etag: string | undefined
  /** Null where it comes from a repository already. */
  onCancel: (() => void) | null
}

export function SourceForm({ organization, workspace, etag, onCancel }: SourceFormProps) {
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const [isLeaving, setLeaving] = useState(false)
  const { name } = workspace.attributes
  const source = workspace.attributes['vcs-repo']
  const list = useQuery({ ...repositories(organization, typed), placeholderData: (seen) => seen })
  const known = (list.data?.data ?? []) as readonly Repository[]
  const before = valuesOf(workspace)
  const refresh = () =>
    Promise.all(
      [
        stale('/api/v2/organizations/{organization}/workspaces/{workspace}'),
        stale('/api/v2/workspaces/{workspace}'),
        stale('/api/v2/organizations/{organization}/workspaces'),
        stale('/api/v2/workspaces/{workspace}/triggers'),
      ].map((queryKey) => queries.invalidateQueries({ queryKey })),
    )
  const save = (attributes: ReturnType<typeof settingsOf>) =>
    call('patch', '/api/v2/workspaces/{workspace}', {
      params: { path: { workspace: workspace.id } },
      body: { data: { type: 'workspaces', attributes } },
      ...(etag && { headers: { 'if-match': etag } }),
    })
  const form = useForm({
    initial: before,
    check: (values) => ({
      ...(values.repository === '' && { repository: 'Choose the repository.' }),
      ...(values.follows === 'tags' && values['tags-regex'].trim() === '' && { 'tags-regex': 'Say which tags: v.* for all that begin with v.' }),
    }),
    submit: (values) => save(settingsOf(before, values, known.find(({ id }) => id === values.repository))),
    onDone: () => {
      toast({ text: `Saved where ${name} comes from.` })
      void refresh()
    },
  })
  const chosen = known.find(({ id }) => id === form.values.repository)
  return (
    <Section
      title="Source"
      isRuled
      actions={
        source && (
          <>
            <Link to={addresses.workspace(organization, name, 'pull-requests')}>Pull requests</Link>
            <Link to={addresses.repository(organization, source['repository-id'])}>Files and commits</Link>
            <Button size="sm" look="danger-quiet" onClick={() => setLeaving(true)}>
              Disconnect…
            </Button>
          </>
        )
      }
    >
      <Form
        form={form}
        submit={source ? 'Save' : 'Connect'}
        look={source ? 'default' : 'primary'}
        disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}
        beside={onCancel && <Button onClick={onCancel}>Cancel</Button>}
        {...((form.isChanged || !source) && { command: commandOf(name, before, form.values, chosen) })}
      >
        <RepositoryField
          form={form}
          organization={organization}
          known={known}
          current={source ? { id: source['repository-id'], name: source['display-identifier'] } : null}
          isLoading={list.isFetching}
          onSearch={setTyped}
        />
        <FollowFields form={form} />
        <PatternFields form={form} />
        <PullRequestFields form={form} />
      </Form>
      <ConfirmDialog
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title={`Let ${name} come from uploads again?`}
        verb="Disconnect"
        isDanger
        onConfirm={async () => {
          await save({ 'vcs-repo': null } as ReturnType<typeof settingsOf>)
          await refresh()
        }}
      >
        <Stack gap={3}>
          <p>No commit starts a run in it any more. Its state, its variables and its runs stay.</p>
          <Command text={`slipway workspace update ${name} --no-repo`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}
