// One variable set: its variables, where they apply, its settings, and its end.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { useOrganization, useParam } from '@/lib/search'
import { Badge } from '@/ui/badge'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { PageHead } from '@/ui/page-head'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { reach, useCannotWrite, variableSet, type VariableSetRow } from '../queries'
import { setAttributes, SetFields, setFlags, setValues } from '../set-form'
import { freshVariables } from '../variables/home'
import { type Editing, OwnVariables } from '../variables/own-variables'
import { command, quoted } from '../words'
import { Assignments } from './assignments'

export default function VariableSetPage() {
  const organization = useOrganization()
  const { data: document } = useSuspenseQuery(variableSet(useParam('set')))
  const set = document.data
  const cannotWrite = useCannotWrite(organization)
  const [editing, setEditing] = useState<Editing | null>(null)
  const [asked, setAsked] = useState<'settings' | 'delete' | null>(null)
  const { name, description, priority } = set.attributes
  return (
    <>
      <PageHead
        title={name}
        status={priority ? <Badge>Has priority</Badge> : undefined}
        meta={
          <Facts>
            {[
              description || null,
              `applies to ${reach(set)}`,
              <span key="changed">
                changed <Time at={set.attributes['updated-at']} />
              </span>,
            ]}
          </Facts>
        }
        crumbs={[{ title: 'Variable sets', to: addresses.variableSets(organization) }]}
        object={{ kind: 'variable-set', id: set.id, name }}
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions" size="md" />}
              groups={[
                { items: [{ title: 'Delete…', icon: 'trash', isDanger: true, disabledReason: cannotWrite, onSelect: () => setAsked('delete') }] },
              ]}
            />
            <Button icon="edit" disabledReason={cannotWrite} onClick={() => setAsked('settings')}>
              Change settings
            </Button>
          </>
        }
      />
      <OwnVariables
        home={{ kind: 'set', id: set.id, name }}
        title="Variables"
        disabledReason={cannotWrite}
        editing={editing}
        onEdit={setEditing}
        empty="Every workspace that gets this set gets its variables. Credentials belong here as sensitive ones, so that they are entered once and replaced in one place."
      />
      <Assignments organization={organization} set={set} disabledReason={cannotWrite} />
      <Dialog isOpen={asked === 'settings'} onClose={() => setAsked(null)} title={`Settings of ${name}`} size="md">
        {asked === 'settings' && <SettingsForm set={set} etag={document.etag} onClose={() => setAsked(null)} />}
      </Dialog>
      <DeleteDialog organization={organization} set={set} isOpen={asked === 'delete'} onClose={() => setAsked(null)} />
    </>
  )
}

function SettingsForm({ set, etag, onClose }: { set: VariableSetRow; etag: string | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  // As it was when the dialog was opened: a change by somebody else in between is refused, not lost.
  const [opened] = useState({ values: setValues(set), etag })
  const form = useForm({
    initial: opened.values,
    submit: async (values) => {
      await call('patch', '/api/v2/varsets/{variable_set}', {
        params: { path: { variable_set: set.id } },
        body: { data: { type: 'varsets', attributes: setAttributes(values) } },
        ...(opened.etag && { headers: { 'if-match': opened.etag } }),
      })
      await freshVariables(queries)
    },
    onDone: onClose,
  })
  const { name } = form.values
  const isRenamed = name !== opened.values.name
  return (
    <Form
      form={form}
      submit="Save"
      isWide
      beside={
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      }
      command={command(
        'variable-set update',
        quoted(opened.values.name),
        isRenamed && `--new-name ${quoted(name)}`,
        ...setFlags(opened.values, form.values),
      )}
    >
      <SetFields form={form} />
    </Form>
  )
}

interface DeleteDialogProps {
  organization: string
  set: VariableSetRow
  isOpen: boolean
  onClose: () => void
}

function DeleteDialog({ organization, set, ...dialog }: DeleteDialogProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { name } = set.attributes
  const remove = async () => {
    await call('delete', '/api/v2/varsets/{variable_set}', { params: { path: { variable_set: set.id } } })
    await navigate({ to: addresses.variableSets(organization) })
    toast({ text: `Deleted ${name}.` })
    void freshVariables(queries)
  }
  return (
    <ConfirmDialog {...dialog} title={`Delete variable set ${name}?`} verb="Delete variable set" isDanger nameToType={name} onConfirm={remove}>
      <Stack gap={3}>
        <p>
          {counted(set.attributes['var-count'], 'variable')} {set.attributes['var-count'] === 1 ? 'is' : 'are'} deleted with it, secrets
          too. It applies to {reach(set)}: their next runs start without these values, and fail where the configuration needs one.
        </p>
        <Command text={command('variable-set delete', quoted(name))} />
      </Stack>
    </ConfirmDialog>
  )
}
