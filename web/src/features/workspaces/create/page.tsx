// A new workspace: a name, a project, where the configuration comes from. Everything else has a good default.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { ApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { parameter, useOrganization, useSearchState } from '@/lib/search'
import { Radio } from '@/ui/choice'
import { Command } from '@/ui/command'
import { Form } from '@/ui/form'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { PageHead } from '@/ui/page-head'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { useFreshWorkspace } from '../fresh'
import type { Folder } from '../packing/folder'
import { projects } from '../queries'
import { DescriptionField, EngineFields, ExecutionFields, ProjectField, RunFields, TagsField } from '../settings/fields'
import { DEFAULTS, flagsOf, resourceOf, type SettingsValues } from '../settings/values'
import { command, quoted } from '../words'
import { FolderInput } from './folder-input'
import { uploadAndRun } from './upload'
import styles from './create.module.css'

type Source = 'repository' | 'upload' | 'terminal' | 'later'

/** The project that the way here named. */
const parseSearch = (raw: Readonly<Record<string, unknown>>) => ({ project: parameter.text(raw['project']) })

export default function NewWorkspacePage() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const refresh = useFreshWorkspace()
  const [search] = useSearchState(parseSearch)
  const [source, setSource] = useState<Source>('upload')
  const [folder, setFolder] = useState<Folder | null>(null)
  const [folderError, setFolderError] = useState<string | null>(null)
  // When the upload fails the workspace is there already: pressing again goes on from there.
  const made = useRef<{ id: string; name: string } | null>(null)
  const form = useForm<SettingsValues, string>({
    initial: { ...DEFAULTS, project: search.project ?? '' },
    check: ({ name }) => (name.trim() === '' ? { name: 'A workspace needs a name, as shop-prod-network.' } : {}),
    submit: async (values) => {
      if (source === 'upload' && (!folder || folder.files.length === 0)) {
        setFolderError('Choose the folder with the configuration, or another way to bring it.')
        throw new ApiError(422, 'invalid', 'No folder', 'No folder is chosen yet.')
      }
      if (made.current?.name !== values.name.trim()) made.current = await create(organization, values)
      const { id, name } = made.current
      if (source !== 'upload' || !folder) return addresses.workspace(organization, name)
      const run = await uploadAndRun({ workspace: id, folder, message: 'First upload' })
      return addresses.run(organization, name, run)
    },
    onDone: (to) => {
      void refresh()
      void navigate({ to })
    },
  })
  const { name } = form.values
  const parts = { form, organization }
  const known = useQuery(projects(organization)).data?.data
  const nameOf = (id: string) => known?.find((one) => one.id === id)?.attributes.name ?? id
  return (
    <>
      <PageHead
        title="New workspace"
        meta="A workspace is one configuration with its variables, its state and its runs."
        crumbs={[{ title: 'Workspaces', to: addresses.workspaces(organization) }]}
      />
      <Form
        form={form}
        submit={source === 'upload' ? 'Create and plan' : 'Create workspace'}
        command={command('workspace create', name === '' ? 'NAME' : quoted(name), ...flagsOf(DEFAULTS, form.values, nameOf))}
      >
        <TextInput
          label="Name"
          isMono
          autoFocus
          placeholder="shop-prod-network"
          help="Unique in the organization. Letters, digits, - and _."
          {...form.field('name')}
        />
        <ProjectField {...parts} />
        <Radio
          label="The configuration comes"
          name="source"
          value={source}
          onChange={(chosen) => (chosen === 'repository' ? void navigate({ to: addresses.newWorkspaceFromRepository(organization) }) : setSource(chosen))}
          options={[
            { value: 'repository', label: 'From a Git repository', help: 'Pushes plan, pull requests are planned before they are merged. Several workspaces at once.' },
            { value: 'upload', label: 'From a folder, now', help: 'Uploaded by this browser; the first plan starts at once.' },
            { value: 'terminal', label: 'From the command line', help: 'The commands are shown below.' },
            { value: 'later', label: 'Later' },
          ]}
        />
        {source === 'upload' && (
          <FolderInput
            value={folder}
            workingDirectory={form.values['working-directory']}
            error={folderError}
            onChange={(chosen) => {
              setFolder(chosen)
              setFolderError(null)
            }}
          />
        )}
        {source === 'terminal' && <TerminalSteps organization={organization} name={name || 'NAME'} />}
        <details className={styles.more}>
          <summary>
            <Icon name="chevron-right" size={14} />
            <span>More settings</span>
            <span>OpenTofu, latest; asks before it applies</span>
          </summary>
          <div className={styles.moreBody}>
            <DescriptionField {...parts} />
            <TagsField {...parts} />
            <EngineFields {...parts} />
            <ExecutionFields {...parts} />
            <RunFields {...parts} />
          </div>
        </details>
      </Form>
    </>
  )
}

function TerminalSteps({ organization, name }: { organization: string; name: string }) {
  const server = window.location.origin
  return (
    <Stack gap={1}>
      <Text level={2}>In the folder with the configuration:</Text>
      <Command text={`slipway login ${server}`} />
      <Command text={command('init --organization', organization, '--workspace', name)} />
      <Command text="slipway apply" />
    </Stack>
  )
}

async function create(organization: string, values: SettingsValues) {
  const { type, attributes, relationships } = resourceOf(DEFAULTS, { ...values, name: values.name.trim() })
  const { data } = await call('post', '/api/v2/organizations/{organization}/workspaces', {
    params: { path: { organization } },
    body: { data: { type, attributes, relationships } },
  })
  return { id: data.id, name: data.attributes.name }
}
