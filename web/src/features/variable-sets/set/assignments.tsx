// The projects and workspaces that a set was given to.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useSettled } from '@/lib/delayed'
import { IconButton } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { KeyTag } from '@/ui/tag'
import { toastError } from '@/ui/toast'
import { projects, relatedMany, type VariableSetRow, workspaces } from '../queries'
import { freshVariables } from '../variables/home'
import { command, quoted } from '../words'
import styles from './set.module.css'

type Kind = 'projects' | 'workspaces'

interface AssignmentsProps {
  organization: string
  set: VariableSetRow
  disabledReason: string | null
}

export function Assignments(props: AssignmentsProps) {
  const { global, tags } = props.set.attributes
  return (
    <Section title="Applies to" isRuled>
      {global ? (
        <p className={styles.note}>Every workspace of the organization, also those that are made later.</p>
      ) : (
        <div className={styles.two}>
          <Assigned {...props} kind="projects" />
          <Assigned {...props} kind="workspaces" />
        </div>
      )}
      {!global && tags.length > 0 && (
        <p className={styles.tags}>
          And to workspaces with{' '}
          {tags.map(({ key, value }) => (
            <KeyTag key={`${key}=${value}`} name={key} value={value} />
          ))}
        </p>
      )}
    </Section>
  )
}

const WORDS = {
  projects: { title: 'Projects', one: 'project', empty: 'No project. Given to a project, it applies to all its workspaces.' },
  workspaces: { title: 'Workspaces', one: 'workspace', empty: 'No single workspace.' },
} as const

function Assigned({ organization, set, disabledReason, kind }: AssignmentsProps & { kind: Kind }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<{ id: string; name: string } | null>(null)
  const ids = relatedMany(set, kind)
  const words = WORDS[kind]
  const assign = async (id: string) => {
    try {
      await link('post', set.id, kind, id)
    } catch (thrown) {
      toastError(thrown, `The set was not given to the ${words.one}.`)
    }
    await freshVariables(queries)
  }
  const unassign = async () => {
    if (asked) await link('delete', set.id, kind, asked.id)
    await freshVariables(queries)
  }
  return (
    <div className={styles.part}>
      <h3>{words.title}</h3>
      {ids.length === 0 ? <p className={styles.note}>{words.empty}</p> : null}
      <ul>
        {ids.map((id) => (
          <AssignedLine key={id} organization={organization} kind={kind} id={id} disabledReason={disabledReason} onRemove={(name) => setAsked({ id, name })} />
        ))}
      </ul>
      <div className={styles.finder}>
        <Finder organization={organization} kind={kind} taken={ids} disabledReason={disabledReason} onPick={(id) => void assign(id)} />
      </div>
      <ConfirmDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={`Take ${set.attributes.name} from ${asked?.name ?? ''}?`}
        verb="Take it away"
        onConfirm={unassign}
      >
        <Stack gap={3}>
          <p>
            {kind === 'projects' ? 'The workspaces of the project' : 'The workspace'} will start the next runs without its variables,
            unless another set or the workspace itself has them.
          </p>
          <Command
            text={command(
              'variable-set unassign',
              quoted(set.attributes.name),
              kind === 'projects' ? '--project' : '--to',
              quoted(asked?.name ?? ''),
            )}
          />
        </Stack>
      </ConfirmDialog>
    </div>
  )
}

async function link(method: 'post' | 'delete', set: string, kind: Kind, id: string) {
  const params = { path: { variable_set: set } }
  const body = { data: [{ type: kind, id }] }
  if (kind === 'projects') await call(method, '/api/v2/varsets/{variable_set}/relationships/projects', { params, body })
  else await call(method, '/api/v2/varsets/{variable_set}/relationships/workspaces', { params, body })
}

interface AssignedLineProps {
  organization: string
  kind: Kind
  id: string
  disabledReason: string | null
  onRemove: (name: string) => void
}

function AssignedLine({ organization, kind, id, disabledReason, onRemove }: AssignedLineProps) {
  const project = useQuery({ ...get('/api/v2/projects/{project}', { params: { path: { project: id } } }), enabled: kind === 'projects' })
  const workspace = useQuery({
    ...get('/api/v2/workspaces/{workspace}', { params: { path: { workspace: id } } }),
    enabled: kind === 'workspaces',
  })
  const name = (kind === 'projects' ? project : workspace).data?.data.attributes.name ?? id
  const to = kind === 'projects' ? addresses.project(organization, id) : addresses.workspace(organization, name)
  return (
    <li className={styles.assigned}>
      <Icon name={kind === 'projects' ? 'project' : 'workspace'} />
      <Link to={to} look="name">
        {name}
      </Link>
      <IconButton icon="close" label={`Take it from ${name}…`} disabledReason={disabledReason} onClick={() => onRemove(name)} />
    </li>
  )
}

interface FinderProps {
  organization: string
  kind: Kind
  taken: readonly string[]
  disabledReason: string | null
  onPick: (id: string) => void
}

function Finder({ organization, kind, taken, disabledReason, onPick }: FinderProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 150)
  const foundProjects = useQuery({ ...projects(organization, search), enabled: kind === 'projects' })
  const foundWorkspaces = useQuery({ ...workspaces(organization, search), enabled: kind === 'workspaces' })
  const found = kind === 'projects' ? foundProjects : foundWorkspaces
  const options = (found.data?.data ?? []).filter(({ id }) => !taken.includes(id))
  const { one } = WORDS[kind]
  return (
    <Combobox
      label={`Give it to a ${one}`}
      isLabelHidden
      placeholder={`Give it to a ${one}`}
      options={options.map(({ id, attributes }) => ({ value: id, text: attributes.name }))}
      value=""
      onChange={onPick}
      onSearch={setTyped}
      isLoading={found.isFetching}
      disabledReason={disabledReason}
    />
  )
}
