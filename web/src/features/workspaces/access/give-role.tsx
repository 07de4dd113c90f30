// Giving somebody a role in this workspace only.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, stale } from '@/api/query'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { useForm } from '@/ui/use-form'
import type { WorkspaceRow } from '../queries'
import { command, quoted } from '../words'
import { roles } from './queries'
import { useSubjects } from './subjects'

interface GiveRoleProps {
  organization: string
  workspace: WorkspaceRow
  onClose: () => void
}

export function GiveRoleDialog({ isOpen, ...props }: GiveRoleProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={props.onClose} title={`Give a role in ${props.workspace.attributes.name}`} size="md">
      {isOpen && <GiveRoleForm {...props} />}
    </Dialog>
  )
}

function GiveRoleForm({ organization, workspace, onClose }: GiveRoleProps) {
  const queries = useQueryClient()
  const subjects = useSubjects(organization)
  const known = useQuery(roles(organization)).data?.data ?? []
  const useful = known.filter(({ attributes }) => attributes.permissions.some((node) => node === '*' || node.startsWith('workspace')))
  const form = useForm({
    initial: { subject: '', role: '' },
    check: ({ subject, role }) => ({
      ...(subject === '' && { subject: 'Choose who gets it.' }),
      ...(role === '' && { role: 'Choose the role.' }),
    }),
    submit: async ({ subject, role }) => {
      await call('post', '/api/v2/organizations/{organization}/role-assignments', {
        params: { path: { organization } },
        body: { data: { type: 'role-assignments', attributes: { subject, role, scope: workspace.id } } },
      })
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/role-assignments') })
      await queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/access-explanations') })
    },
    onDone: onClose,
  })
  const { subject, role } = form.values
  const name = subjects.find(({ value }) => value === subject)?.text ?? (subject || 'NAME')
  return (
    <Form
      form={form}
      submit="Give the role"
      isWide
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
      command={command('role assign', quoted(role || 'ROLE'), '--to', quoted(name), '--in-workspace', workspace.attributes.name)}
    >
      <Combobox label="Who" options={subjects} placeholder="A person, a team, a service account" {...form.field('subject')} />
      <Combobox
        label="Role"
        placeholder="write"
        options={useful.map(({ attributes }) => ({ value: attributes.name, detail: attributes.description }))}
        help={known.find(({ attributes }) => attributes.name === role)?.attributes.description ?? 'It holds in this workspace only.'}
        {...form.field('role')}
      />
    </Form>
  )
}
