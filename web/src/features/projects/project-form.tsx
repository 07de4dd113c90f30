// Making a project, and changing one.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import type { ProjectRow } from './queries'

const SHOWING = [stale('/api/v2/organizations/{organization}/projects'), stale('/api/v2/projects/{project}')]

interface ProjectDialogProps {
  organization: string
  /** The project that is changed, with the version that it was read at; null for a new one. */
  project: ProjectRow | null
  etag?: string | undefined
  isOpen: boolean
  onClose: () => void
}

export function ProjectDialog(props: ProjectDialogProps) {
  const { project, isOpen, onClose } = props
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={project ? `Change ${project.attributes.name}` : 'New project'} size="md">
      {isOpen && <ProjectForm {...props} />}
    </Dialog>
  )
}

function ProjectForm({ organization, project, etag, onClose }: ProjectDialogProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  // As it was when the dialog was opened: a change by somebody else in between is refused, not lost.
  const [opened] = useState({ name: project?.attributes.name ?? '', description: project?.attributes.description ?? '', etag })
  const form = useForm({
    initial: { name: opened.name, description: opened.description },
    submit: ({ name, description }) => {
      const attributes = { name: name.trim(), description: description.trim() || null }
      const body = { data: { type: 'projects', attributes } }
      if (!project) {
        return call('post', '/api/v2/organizations/{organization}/projects', { params: { path: { organization } }, body })
      }
      return call('patch', '/api/v2/projects/{project}', {
        params: { path: { project: project.id } },
        body,
        ...(opened.etag && { headers: { 'if-match': opened.etag } }),
      })
    },
    onDone: ({ data }) => {
      for (const queryKey of SHOWING) void queries.invalidateQueries({ queryKey })
      onClose()
      if (!project) void navigate({ to: addresses.project(organization, data.id) })
    },
  })
  const { name, description } = form.values
  const verb = project ? `update ${quoted(opened.name)}` : `create ${quoted(name) || 'NAME'}`
  const rename = project && name !== opened.name ? ` --new-name ${quoted(name)}` : ''
  const describe = description !== opened.description ? ` --description ${quoted(description) || "''"}` : ''
  return (
    <Form
      form={form}
      submit={project ? 'Save' : 'Create project'}
      isWide
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
      command={`slipway project ${verb}${rename}${describe}`}
    >
      <TextInput label="Name" isMono placeholder="shop" help="Unique in the organization." {...form.field('name')} />
      <Textarea label="Description" isOptional rows={2} help="What belongs into it, and who looks after it." {...form.field('description')} />
    </Form>
  )
}

/** As a shell takes it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
