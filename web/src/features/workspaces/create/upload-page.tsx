// A new run of a workspace, with a folder that this browser uploads.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '@/api/errors'
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { Form } from '@/ui/form'
import { PageHead } from '@/ui/page-head'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import type { Folder } from '../packing/folder'
import { useOpenWorkspace } from '../queries'
import { command, flag, needs } from '../words'
import { FolderInput } from './folder-input'
import { uploadAndRun, type UploadStage } from './upload'

const STAGES: Readonly<Record<UploadStage, string>> = { packing: 'Packing', uploading: 'Uploading', starting: 'Starting the run' }

export default function UploadPage() {
  const { organization, workspace } = useOpenWorkspace()
  const { name, permissions } = workspace.attributes
  const navigate = useNavigate()
  const [folder, setFolder] = useState<Folder | null>(null)
  const [folderError, setFolderError] = useState<string | null>(null)
  const [stage, setStage] = useState<UploadStage | null>(null)
  const form = useForm({
    initial: { message: '', 'plan-only': !permissions['can-queue-apply'] },
    submit: async (values) => {
      if (!folder || folder.files.length === 0) {
        setFolderError('Choose the folder with the configuration first.')
        throw new ApiError(422, 'invalid', 'No folder', 'No folder is chosen yet.')
      }
      const message = values.message.trim() || `Upload of ${folder.name || 'files'}`
      try {
        return await uploadAndRun({ workspace: workspace.id, folder, message, isPlanOnly: values['plan-only'], onStage: setStage })
      } finally {
        setStage(null)
      }
    },
    onDone: (run) => void navigate({ to: addresses.run(organization, name, run) }),
  })
  const disabledReason = needs(permissions['can-queue-run'], 'workspace.run.plan')
  const isPlanOnly = form.values['plan-only']
  return (
    <>
      <PageHead
        title="Upload a folder"
        meta={`A new run of ${name} with the configuration in it. What was uploaded before stays as it was.`}
        crumbs={[
          { title: 'Workspaces', to: addresses.workspaces(organization) },
          { title: name, to: addresses.workspace(organization, name) },
        ]}
      />
      <Form
        form={form}
        submit={stage ? STAGES[stage] : 'Upload and plan'}
        disabledReason={disabledReason}
        beside={
          <LinkButton to={addresses.run(organization, name, 'new')} look="quiet">
            Use the latest configuration instead
          </LinkButton>
        }
        command={command(isPlanOnly ? 'plan' : 'apply', '--workspace', name, flag('--message', form.values.message))}
      >
        <FolderInput
          value={folder}
          workingDirectory={workspace.attributes['working-directory']}
          error={folderError}
          onChange={(chosen) => {
            setFolder(chosen)
            setFolderError(null)
          }}
        />
        <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
        <Checkbox
          label="Plan only"
          help="Shows what would change and can never be applied."
          disabledReason={permissions['can-queue-apply'] ? null : 'You may plan here, not apply: that needs workspace.run.apply.'}
          {...form.field('plan-only')}
        />
      </Form>
    </>
  )
}
