// Which directories of a repository become workspaces, what they are called, and how commits count.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, stale } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { counted } from '@/lib/numbers'
import { Checkbox } from '@/ui/choice'
import { Combobox } from '@/ui/combobox'
import { Form } from '@/ui/form'
import { toast } from '@/ui/toast'
import { useForm } from '@/ui/use-form'
import { forges, integrationOf, type Repository, type Root, rootsOf, workspacesFrom } from '../queries'
import { RefChoice } from '@/ui/ref-choice'
import { createAll, type Outcome } from './create-all'
import { commandsOf, directoryOf, idOf, suggestedName, type Wanted, wrongNames } from './naming'
import { RootsField } from './roots-field'

interface WorkspacesFormProps {
  organization: string
  repository: Repository
  /** Empty for the default branch. */
  branch: string
  /** Roots that are chosen already, by id. */
  initial: readonly string[]
  onBranch: (branch: string) => void
  /** Why no workspace can be made. */
  refusal: string | null
}

export function WorkspacesForm({ organization, repository, branch, initial, onBranch, refusal }: WorkspacesFormProps) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const name = repository.attributes['full-name']
  const found = useQuery(rootsOf(repository.id, branch || undefined))
  const roots = (found.data?.data as readonly Root[] | undefined) ?? []
  // What was ticked, or what is most probably meant.
  const [ticked, setTicked] = useState<readonly string[] | null>(initial.length > 0 ? initial : null)
  const taken = useTaken(organization, repository.id)
  const chosen = ticked ?? likely(roots.filter(({ id }) => !taken.has(id)))
  const [names, setNames] = useState<Readonly<Record<string, string>>>({})
  const [own, setOwn] = useState<readonly string[]>(initial)
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({})
  const [made, setMade] = useState<Readonly<Record<string, string>>>({})
  const nameOf = (id: string) => names[id] ?? suggestedName(name, directoryOf(id))
  const wanted: readonly Wanted[] = chosen.map((id) => ({ directory: directoryOf(id), name: nameOf(id) }))
  const integrationId = integrationOf(repository)
  const integration = useQuery(forges(organization)).data?.data.find(({ id }) => id === integrationId)
  const projects = useProjects(organization)
  const form = useForm({
    initial: { project: '', 'auto-apply': false, 'speculative-enabled': true, 'queue-all-runs': true },
    submit: async (values): Promise<Outcome> => {
      const problems = wrongNames(wanted)
      setWrong(problems)
      if (wanted.length === 0) throw toApiError(new Error('Choose at least one directory.'))
      if (Object.keys(problems).length > 0) throw toApiError(new Error('A name needs another look.'))
      const outcome = await createAll({
        organization,
        wanted: wanted.filter(({ directory }) => made[idOf(directory)] === undefined),
        repository,
        branch,
        integration: integrationId,
        values,
      })
      setMade((before) => ({ ...before, ...outcome.made }))
      setWrong(outcome.refused)
      if (outcome.error) throw outcome.error
      return outcome
    },
    onDone: () => {
      void queries.invalidateQueries({ queryKey: stale('/api/v2/organizations/{organization}/workspaces') })
      const [first] = wanted
      toast({ text: wanted.length === 1 ? `Made the workspace ${first?.name}.` : `Made ${counted(wanted.length, 'workspace')}.` })
      void navigate(wanted.length === 1 && first ? { to: addresses.workspace(organization, first.name) } : { to: addresses.workspaces(organization) })
    },
  })
  const project = projects.find(({ id }) => id === form.values.project)
  return (
    <Form
      form={form}
      submit={wanted.length > 1 ? `Create ${counted(wanted.length, 'workspace')}` : 'Create workspace'}
      disabledReason={refusal}
      command={commandsOf(wanted, {
        repository: name,
        integration: integration?.attributes.name ?? null,
        branch,
        project: project?.attributes.name ?? null,
        autoApply: form.values['auto-apply'],
        start: form.values['queue-all-runs'],
        plansPullRequests: form.values['speculative-enabled'],
      })}
    >
      <RefChoice
        repository={repository.id}
        value={branch}
        onChange={onBranch}
        only="branch"
        label="Branch"
        isLabelHidden={false}
        placeholder={repository.attributes['default-branch'] ?? 'the default branch'}
        help="Pushes to it start runs. Tags and other rules can be set in the workspace later."
      />
      <RootsField
        taken={taken}
        total={found.data?.meta?.pagination['total-count'] ?? roots.length}
        query={{ isPending: found.isPending, error: found.error ? toApiError(found.error) : null, onRetry: () => void found.refetch() }}
        roots={roots}
        own={own}
        chosen={chosen}
        onChosen={setTicked}
        onOwn={(directory) => {
          setOwn([...own, idOf(directory)])
          setTicked([...chosen, idOf(directory)])
        }}
        nameOf={nameOf}
        onName={(id, text) => {
          setNames({ ...names, [id]: text })
          setWrong(Object.fromEntries(Object.entries(wrong).filter(([one]) => one !== id)))
        }}
        wrong={wrong}
        made={made}
      />
      <Combobox
        label="Project"
        isOptional
        placeholder={projects.find(({ attributes }) => attributes['is-default'])?.attributes.name ?? 'default'}
        options={projects.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: 'project' as const }))}
        help="Projects decide who may do what, and which variable sets apply."
        {...form.field('project')}
      />
      <Checkbox label="Plan at once" help="Each workspace plans the newest commit of its branch when it is made." {...form.field('queue-all-runs')} />
      <Checkbox label="Plan pull requests" help="Shows what merging would change, and never applies it." {...form.field('speculative-enabled')} />
      <Checkbox label="Apply without asking" help="A plan of a pushed commit is applied at once. Nobody looks at it before." {...form.field('auto-apply')} />
    </Form>
  )
}

/** Those that say where their state is kept are meant to be run; a single one is meant anyway. */
function likely(roots: readonly Root[]): readonly string[] {
  if (roots.length === 1) return roots.map(({ id }) => id)
  return roots.filter(({ attributes }) => attributes['has-backend']).map(({ id }) => id)
}

/** Which directories have workspaces already: several in one are fine, but seldom meant. */
function useTaken(organization: string, repository: string): ReadonlyMap<string, readonly string[]> {
  const { data } = useQuery(workspacesFrom(organization, repository))
  const taken = new Map<string, readonly string[]>()
  for (const { attributes } of data?.data ?? []) {
    const id = idOf(attributes['working-directory'].replaceAll(/^\/+|\/+$/g, ''))
    taken.set(id, [...(taken.get(id) ?? []), attributes.name])
  }
  return taken
}

/** Where the caller may put workspaces. */
function useProjects(organization: string) {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/projects', { params: { path: { organization }, query: { 'page[size]': 100 } } }),
  )
  return (data?.data ?? []).filter(({ attributes }) => attributes.permissions['can-create-workspace'])
}
