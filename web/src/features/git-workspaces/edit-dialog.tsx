// Changing a git workspace: everything but its repository, and where its code is only while there is none.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { KeepingFields } from './fields'
import { type GitWorkspace, type Member, membersOf, staleGitWorkspaces } from './queries'
import { changesOf, type Edited, editedOf, modeNote, updateCommand } from './words'

interface EditDialogProps {
  workspace: GitWorkspace
  etag: string | undefined
  onClose: () => void
}

/** A dialog; mounted while it is open. */
export function EditDialog({ workspace, etag, onClose }: EditDialogProps) {
  const queries = useQueryClient()
  // As it was when the dialog was opened: a change by somebody else in between is refused, not lost.
  const [from] = useState({ edited: editedOf(workspace.attributes), etag })
  const members = useQuery(membersOf(workspace.id, 1)).data?.data as readonly Member[] | undefined
  const isKept = members?.some(({ attributes }) => attributes.commit ?? attributes.branch) ?? false
  const form = useForm<Edited>({
    initial: from.edited,
    submit: (values) =>
      call('patch', '/api/v2/git-workspaces/{git_workspace}', {
        params: { path: { git_workspace: workspace.id } },
        body: { data: { type: 'git-workspaces', attributes: changesOf(from.edited, values) } },
        ...(from.etag && { headers: { 'if-match': from.etag } }),
      }),
    onDone: async () => {
      onClose()
      await Promise.all(staleGitWorkspaces.map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  const { values } = form
  const note = modeNote(from.edited.mode, values.mode)
  const isSame = Object.keys(changesOf(from.edited, values)).length === 0
  return (
    <Dialog isOpen onClose={onClose} title={`Change ${from.edited.name}`} size="md">
      <Form form={form} submit="Save" isWide disabledReason={isSame ? 'Nothing is changed yet.' : null} command={updateCommand(from.edited, values)}>
        <TextInput label="Name" isMono {...form.field('name')} help="Unique in the organization." />
        <KeepingFields
          form={form}
          disabledReason={null}
          placeReason={isKept ? 'It stays while there is code of resources in it: let the projects name another git workspace.' : null}
        />
        {note && (
          <Alert tone="info" title="From then on">
            {note}
          </Alert>
        )}
      </Form>
    </Dialog>
  )
}
