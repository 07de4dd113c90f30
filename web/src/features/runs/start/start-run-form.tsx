// Starting a run: what it shall do, why, and for whoever needs it, to which resources only.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Fragment, type ReactNode, useState } from 'react'
import { call, get, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { Checkbox, Radio } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Textarea, TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { refusalToStart } from '../run/decisions'
import { workspaceOf } from '../run/queries'
import { attributesOf, commandOf, NEW_RUN, type NewRunValues, type Operation, relationshipsOf } from './new-run'
import { ConfigurationChoice } from './configuration-choice'
import styles from './start.module.css'

interface StartRunFormProps {
  organization: string
  /** Given where it is known; chosen otherwise. */
  workspace: string | null
  /** What an earlier run was asked for. */
  initial?: Partial<NewRunValues>
  beside?: ReactNode
  onStarted?: () => void
}

/** Leads to the run when it is started. */
export function StartRunForm({ organization, workspace, initial, beside, onStarted }: StartRunFormProps) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useForm({
    initial: { ...NEW_RUN, ...initial, workspace: workspace ?? '' },
    check: (values) => (values.workspace === '' ? { workspace: 'Choose the workspace that the run is for.' } : {}),
    submit: async (values) => {
      const { data: target } = await queries.ensureQueryData(workspaceOf(organization, values.workspace))
      return call('post', '/api/v2/runs', {
        params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
        body: {
          data: {
            type: 'runs',
            attributes: attributesOf(values),
            relationships: relationshipsOf(values, target.id),
          },
        },
      } as never)
    },
    onDone: (document, values) => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/runs') })
      onStarted?.()
      void navigate({ to: addresses.run(organization, values.workspace, (document as { data: { id: string } }).data.id) })
    },
  })
  const { values } = form
  const chosen = useQuery({ ...workspaceOf(organization, values.workspace), enabled: values.workspace !== '' }).data?.data
  const may = chosen?.attributes.permissions
  const reason = (isAllowed: boolean | undefined, permission: string) =>
    may && !isAllowed ? `Needs ${permission} there, which you do not hold.` : null
  const refused: Record<Operation, string | null> = {
    apply: reason(may?.['can-queue-apply'], 'workspace.run.apply'),
    plan: null,
    refresh: reason(may?.['can-queue-apply'], 'workspace.run.apply'),
    destroy:
      reason(may?.['can-queue-destroy'], 'workspace.run.destroy') ??
      (chosen && !chosen.attributes['allow-destroy-plan'] ? 'The workspace does not allow it: its setting allow-destroy-plan does.' : null),
  }
  return (
    <Form
      form={form}
      submit="Start run"
      disabledReason={refusalToStart(chosen) ?? refused[values.operation]}
      beside={beside}
      command={commandOf(values, organization)}
      isWide
    >
      {workspace === null && <WorkspaceField organization={organization} field={form.field('workspace')} />}
      <Radio<Operation>
        label="What it does"
        name="operation"
        value={values.operation}
        onChange={(operation) => form.set({ operation })}
        options={[
          {
            value: 'apply',
            label: 'Plan and apply',
            help: chosen?.attributes['auto-apply'] ? 'Applied without asking: the workspace says so.' : 'Waits for a yes once the plan is there.',
            disabledReason: refused.apply,
          },
          { value: 'plan', label: 'Plan only', help: 'Shows what would change. Waits for no other run.' },
          {
            value: 'refresh',
            label: 'Refresh only',
            help: 'Brings the state up to date with what exists.',
            disabledReason: refused.refresh,
          },
          {
            value: 'destroy',
            label: 'Destroy everything',
            help: 'Plans to destroy every resource of the workspace; asks before it does.',
            disabledReason: refused.destroy,
          },
        ]}
      />
      {initial?.configuration && chosen && (
        <ConfigurationChoice
          workspace={chosen.id}
          earlier={initial.configuration}
          value={values.configuration}
          onChange={(configuration) => form.set({ configuration })}
        />
      )}
      {values.variables.length > 0 && (
        <p className={styles.variables}>
          The {values.variables.length === 1 ? 'value' : 'values'} that the run was given for itself {values.variables.length === 1 ? 'goes' : 'go'} along:{' '}
          {values.variables.map(({ key }, at) => (
            <Fragment key={key}>
              {at > 0 && ', '}
              <code>{key}</code>
            </Fragment>
          ))}
        </p>
      )}
      <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
      <Fold title="Only some resources" isOpen={values['target-addrs'] !== '' || values['replace-addrs'] !== ''}>
        <Textarea
          label="Targets"
          isOptional
          isMono
          rows={2}
          placeholder="module.database"
          help="Only these and what they need; one address a line. For repairs, not for every day."
          {...form.field('target-addrs')}
        />
        <Textarea
          label="Replace"
          isOptional
          isMono
          rows={2}
          placeholder={'aws_instance.web["eu-west-1a"]'}
          help="Destroyed and made anew, even if nothing about them changes."
          {...form.field('replace-addrs')}
        />
        {values.operation !== 'refresh' && (
          <Checkbox
            label="Look at what really exists first"
            help="Without it the plan trusts the state: faster, and blind to drift."
            {...form.field('refresh')}
          />
        )}
      </Fold>
    </Form>
  )
}

interface WorkspaceFieldProps {
  organization: string
  field: { name: string; value: string; onChange: (value: string) => void; error: string | undefined }
}

const TYPING_MS = 150

function WorkspaceField({ organization, field }: WorkspaceFieldProps) {
  const [typed, setTyped] = useState('')
  const sought = useSettled(typed, TYPING_MS)
  const found = useQuery(
    get('/api/v2/organizations/{organization}/workspaces', {
      params: { path: { organization }, query: { 'search[name]': sought || undefined, 'page[size]': 20, sort: '-latest-change-at' } },
    }),
  )
  const names = (found.data?.data ?? []).map((workspace) => workspace.attributes.name)
  const options = [...new Set([...names, ...(field.value ? [field.value] : [])])].map((value) => ({ value }))
  return (
    <Combobox label="Workspace" isMono placeholder="Find a workspace" options={options} onSearch={setTyped} isLoading={found.isFetching} {...field} />
  )
}
