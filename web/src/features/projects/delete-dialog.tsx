// Deleting a project: only an empty one can be deleted.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { toast } from '@/ui/toast'
import { quoted } from './project-form'
import type { ProjectRow } from './queries'

interface DeleteProjectDialogProps {
  organization: string
  project: ProjectRow
  isOpen: boolean
  onClose: () => void
}

export function DeleteProjectDialog({ organization, project, ...dialog }: DeleteProjectDialogProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { name } = project.attributes
  const remove = async () => {
    await call('delete', '/api/v2/projects/{project}', { params: { path: { project: project.id } } })
    await navigate({ to: addresses.projects(organization) })
    toast({ text: `Deleted ${name}.` })
    void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/projects') })
  }
  return (
    <ConfirmDialog {...dialog} title={`Delete project ${name}?`} verb="Delete project" isDanger nameToType={name} onConfirm={remove}>
      <Stack gap={3}>
        <p>Roles that people and teams hold in it end with it, and variable sets are no longer given to it.</p>
        <Command text={`slipway project delete ${quoted(name)}`} />
      </Stack>
    </ConfirmDialog>
  )
}
