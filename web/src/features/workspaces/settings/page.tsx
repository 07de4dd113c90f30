// Everything about a workspace that can be changed.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Fieldset } from '@/ui/field'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { useFreshWorkspace } from '../fresh'
import { pools, projects, useOpenWorkspace, type WorkspaceRow } from '../queries'
import { command, quoted } from '../words'
import { DangerZone } from './danger-zone'
import { ReadOnly } from './read-only'
import { DescriptionField, EngineFields, ExecutionFields, ProjectField, RunFields, TagsField } from './fields'
import { changed, flagsOf, resourceOf, valuesOf } from './values'

export default function SettingsPage() {
  const { organization, workspace, etag } = useOpenWorkspace()
  // What the form was opened with: a change by somebody else must not slip under what is typed here.
  const [opened, setOpened] = useState({ workspace, etag })
  if (!workspace.attributes.permissions['can-update']) return <ReadOnly organization={organization} workspace={workspace} />
  const isNewer = etag !== opened.etag && changed(valuesOf(opened.workspace), valuesOf(workspace)).length > 0
  return (
    <Stack gap={6}>
      {isNewer && (
        <Alert
          tone="warning"
          title="Somebody changed these settings while you were here"
          action={
            <Button size="sm" onClick={() => setOpened({ workspace, etag })}>
              Load the newer ones
            </Button>
          }
        >
          Saving now is refused, so that nothing of theirs is lost. Loading replaces what you typed.
        </Alert>
      )}
      <SettingsForm
        key={`${opened.etag}`}
        organization={organization}
        workspace={opened.workspace}
        etag={opened.etag}
        onSaved={(saved, version) => setOpened({ workspace: saved, etag: version })}
        onReload={() => setOpened({ workspace, etag })}
      />
      <DangerZone organization={organization} workspace={workspace} />
    </Stack>
  )
}

interface SettingsFormProps {
  organization: string
  workspace: WorkspaceRow
  etag: string | undefined
  onSaved: (workspace: WorkspaceRow, etag: string | undefined) => void
  onReload: () => void
}

function SettingsForm({ organization, workspace, etag, onSaved, onReload }: SettingsFormProps) {
  const refresh = useFreshWorkspace()
  const navigate = useNavigate()
  const before = valuesOf(workspace)
  const form = useForm({
    initial: before,
    submit: (values) =>
      call('patch', '/api/v2/workspaces/{workspace}', {
        params: { path: { workspace: workspace.id } },
        body: { data: resourceOf(before, values) },
        ...(etag && { headers: { 'if-match': etag } }),
      }),
    onDone: (answer) => {
      const { name } = answer.data.attributes
      toast({ text: `Saved the settings of ${name}.` })
      // The old name leads nowhere any more.
      if (name !== before.name) {
        void navigate({ to: addresses.workspace(organization, name, 'settings'), replace: true })
      }
      onSaved(answer.data, answer.etag)
      void refresh()
    },
  })
  const names = useNames(organization)
  const isRenamed = form.values.name !== before.name
  const parts = { form, organization }
  const flags = flagsOf(before, form.values, names)
  return (
    <Form
      form={form}
      submit="Save"
      disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}
      beside={
        <>
          {form.error?.isOutdated && <Button onClick={onReload}>Load the newer ones</Button>}
          {form.isChanged && (
            <Button look="quiet" onClick={() => form.reset()}>
              Undo the changes
            </Button>
          )}
        </>
      }
      command={command('workspace update', before.name, isRenamed && `--new-name ${quoted(form.values.name)}`, ...flags)}
    >
      <TextInput
        label="Name"
        isMono
        help={isRenamed ? 'Links and configurations that say the old name stop working.' : 'Unique in the organization.'}
        {...form.field('name')}
      />
      <DescriptionField {...parts} />
      <ProjectField {...parts} />
      <TagsField {...parts} />
      <EngineFields {...parts} />
      <ExecutionFields {...parts} />
      <Fieldset legend="Runs and state">
        <RunFields {...parts} />
      </Fieldset>
    </Form>
  )
}

/** Names of projects and pools, for commands. */
function useNames(organization: string): (id: string) => string {
  const known = [...(useQuery(projects(organization)).data?.data ?? []), ...(useQuery(pools(organization)).data?.data ?? [])]
  return (id) => known.find((one) => one.id === id)?.attributes.name ?? id
}
