// Moving workspaces to another project.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '@/api/query'
import { Combobox } from '@/ui/combobox'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Stack } from '@/ui/layout'
import { projects, toOne } from '../queries'
import { command, flag } from '../words'
import { FirstCommand, named, type QuestionProps } from './question'

export function MoveDialog({ organization, rows, onAct, ...dialog }: QuestionProps & { organization: string }) {
  const [search, setSearch] = useState('')
  const [project, setProject] = useState('')
  const [isMissing, setMissing] = useState(false)
  const found = useQuery(projects(organization, search))
  const options = found.data?.data.map((one) => ({ value: one.id, text: one.attributes.name, icon: 'project' as const })) ?? []
  const name = options.find((option) => option.value === project)?.text
  const move = async () => {
    setMissing(project === '')
    if (project === '') throw new Error('Choose a project.')
    await onAct(`Moved to ${name ?? 'the project'}:`, ({ id }) =>
      call('patch', '/api/v2/workspaces/{workspace}', {
        params: { path: { workspace: id } },
        body: { data: { type: 'workspaces', relationships: { project: toOne('projects', project) } } },
      }),
    )
  }
  return (
    <ConfirmDialog {...dialog} title={`Move ${named(rows)} to another project`} verb="Move" onConfirm={move}>
      <Stack gap={3}>
        <Combobox
          label="Project"
          options={options}
          value={project}
          onChange={(value) => {
            setProject(value)
            setMissing(false)
          }}
          onSearch={setSearch}
          isLoading={found.isFetching}
          error={isMissing ? 'Choose the project to move to.' : null}
          help="Who may do what, and the variables of the project's sets, change with it."
        />
        <FirstCommand rows={rows} of={(workspace) => command('workspace update', workspace, flag('--project', name ?? 'PROJECT'))} />
      </Stack>
    </ConfirmDialog>
  )
}
