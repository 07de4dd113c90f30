// Deploying from the browser: a folder, an archive, a commit of the connected repository, an image, or a Dockerfile alone.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '@/api/errors'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { bytes, count, counted } from '@/lib/numbers'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { Radio } from '@/ui/choice'
import { FileInput } from '@/ui/file-input'
import { FolderDrop } from '@/ui/folder-drop'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Icon } from '@/ui/icon'
import { Stack } from '@/ui/layout'
import { Progress } from '@/ui/progress'
import { RefChoice } from '@/ui/ref-choice'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Textarea, TextInput } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import { type App, useOpenApp, useRefreshApps } from '../queries'
import { ConnectDialog } from '../repository/dialogs'
import { hasRepository, useRepository } from '../repository/queries'
import { NoRepository } from '../repository/section'
import { deciding } from '../source/ignore'
import { type SourceFolder, sourceOf } from '../source/folder'
import { noDeploy, refusal } from '../words'
import { BuildFields, BuildInputs } from './build-fields'
import { begin, send, type Sending, type Source } from './send'
import { BLANK, commandOf, type From, FROM, isBuilt, isFound, problemsOf, type Values, wanted } from './values'

const parseFrom: ParseSearch<{ readonly from: From | undefined }> = (raw) => ({ from: parameter.oneOf(raw['from'], FROM) })

const EXAMPLE = 'FROM docker.io/library/nginx:1.29\nRUN …'

export default function DeployApp() {
  const { organization, app } = useOpenApp()
  const { name } = app.attributes
  const [{ from = hasRepository(app) ? 'commit' : 'folder' }, change] = useSearchState(parseFrom)
  const { repository } = useRepository(app)
  const [isConnecting, setConnecting] = useState(false)
  const [folder, setFolder] = useState<SourceFolder | null>(null)
  const [archive, setArchive] = useState<File | null>(null)
  const [missing, setMissing] = useState<string | null>(null)
  const [sending, setSending] = useState<Sending | null>(null)
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const form = useForm<Values, string>({
    initial: BLANK,
    check: (values) => problemsOf(from, values),
    submit: async (values) => {
      try {
        if (from === 'image' || from === 'commit') return await begin(app.id, wanted(from, values, from))
        const source = chosen(from, { folder, archive, text: values.text })
        if (typeof source === 'string') {
          setMissing(source)
          throw new ApiError(422, 'invalid', 'Nothing to deploy', source)
        }
        const digest = await send(app.id, source, setSending)
        return await begin(app.id, wanted(from, values, { 'source-digest': digest }))
      } finally {
        setSending(null)
      }
    },
    onDone: (deploy) => {
      void navigate({ to: addresses.deploy(organization, name, deploy) })
      void refresh()
    },
  })
  return (
    <Section title="Deploy" about="What runs now goes on until the new units are ready; if they never are, it stays.">
      <Form
        form={form}
        submit={sending ? STAGES[sending.stage] : 'Deploy it'}
        disabledReason={refusal(app, 'can-deploy') ?? noDeploy(app) ?? (from === 'commit' && !hasRepository(app) ? 'Connect a repository first.' : null)}
        command={commandOf(from, form.values, name, { archive: archive?.name ?? null, branch: repository?.attributes.branch ?? '' })}
      >
        <Radio
          label="It comes"
          name="from"
          value={from}
          onChange={(next) => {
            setMissing(null)
            void change({ from: next }, { replace: true })
          }}
          options={[
            { value: 'folder', label: 'From a folder', help: 'Packed and uploaded by this browser.' },
            { value: 'archive', label: 'From an archive', help: 'A .tar.gz of the folder that is there already.' },
            { value: 'commit', label: 'From its repository', help: repository ? `A commit of ${repository.attributes['full-name']}.` : 'A commit of the Git repository that is connected to it.' },
            { value: 'image', label: 'As an image', help: 'Run as it is, by tag or digest.' },
            { value: 'dockerfile', label: 'As a Dockerfile', help: 'Written here, for what needs no other file.' },
          ]}
        />
        {from === 'folder' && (
          <FolderDrop
            label="Folder of the app"
            onChange={(next) => {
              setFolder(next)
              setMissing(null)
            }}
            read={sourceOf}
            deciding={deciding}
            waiting="Drop the app's folder here"
            about="Its .slipwayignore, or else its .dockerignore, is honoured; .git, node_modules, .venv and .env stay out."
            error={missing}
          >
            {folder && <ChosenFolder folder={folder} />}
          </FolderDrop>
        )}
        {from === 'archive' && (
          <FileInput
            label="Archive of the app"
            accept=".tar.gz,.tgz,application/gzip"
            help="As tar -czf makes it, with the app's files at its top."
            value={archive}
            error={missing}
            onChange={(next) => {
              setArchive(next)
              setMissing(null)
            }}
          />
        )}
        {from === 'commit' && (hasRepository(app) ? <WhichCommit app={app} branch={repository?.attributes.branch ?? ''} form={form} /> : <NoRepository app={app} onConnect={() => setConnecting(true)} />)}
        {from === 'image' && (
          <TextInput
            label="Image"
            isMono
            autoFocus
            placeholder="docker.io/library/nginx:1.29"
            help="Of a tag it is the digest of this moment."
            {...form.field('image')}
          />
        )}
        {from === 'dockerfile' && (
          <Textarea label="Dockerfile" isMono rows={8} placeholder={EXAMPLE} help="No file of your machine is beside it: COPY and ADD find nothing." {...form.field('text')} />
        )}
        {isBuilt(from) && (
          <Fold title="How it is built" about={HOW[from]}>
            <Stack gap={4}>
              {isFound(from) && <BuildFields form={form} />}
              <BuildInputs app={app} form={form} />
            </Stack>
          </Fold>
        )}
        <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
        {sending && <HowFar sending={sending} />}
      </Form>
      {isConnecting && <ConnectDialog organization={organization} app={app} repository={repository} onClose={() => setConnecting(false)} />}
    </Section>
  )
}

/** Why nobody has to say how it is built. */
const HOW: Readonly<Partial<Record<From, string>>> = { folder: 'found out by itself', archive: 'found out by itself', commit: 'as the repository is connected', dockerfile: 'by what you wrote' }

const STAGES: Readonly<Record<Sending['stage'], string>> = { packing: 'Packing', uploading: 'Uploading', starting: 'Starting' }

interface Choices {
  readonly folder: SourceFolder | null
  readonly archive: File | null
  readonly text: string
}

/** What is sent, or what is missing. */
function chosen(from: Exclude<From, 'image' | 'commit'>, { folder, archive, text }: Choices): Source | string {
  if (from === 'dockerfile') return { kind: 'dockerfile', text }
  if (from === 'archive') return archive ? { kind: 'archive', file: archive } : 'Choose the archive first.'
  return folder ? { kind: 'folder', folder } : "Choose the app's folder first, or drop it anywhere on this page."
}

function ChosenFolder({ folder }: { folder: SourceFolder }) {
  return (
    <>
      <strong>
        <Icon name="project" size={14} /> {folder.name || 'Files'}
      </strong>
      <Text level={2} isSmall>
        {counted(folder.files.length, 'file')}, {bytes(folder.bytes)} before compression
        {folder.ignored > 0 && `; ${count(folder.ignored)} left out`}
      </Text>
      <Text level={2} isSmall>
        {folder.hasDockerfile ? 'Its Dockerfile says how it is built.' : 'It has no Dockerfile: a platform builds it.'}
      </Text>
    </>
  )
}

/** Of the repository that is connected; nothing said is the newest of its branch. */
function WhichCommit({ app, branch, form }: { app: App; branch: string; form: FormState<Values> }) {
  const { value, onChange } = form.field('commit')
  return (
    <RefChoice
      repository={related(app, 'repository')}
      label="Commit, branch or tag"
      isLabelHidden={false}
      createLabel="The commit"
      placeholder={branch ? `the newest commit of ${branch}` : 'the newest commit of its branch'}
      help="Of a branch or a tag it is the commit of this moment."
      value={value}
      onChange={onChange}
      error={form.problems['commit']}
    />
  )
}

function HowFar({ sending }: { sending: Sending }) {
  const { stage, share, bytes: size } = sending
  return (
    <Stack gap={1}>
      <Text level={2} isSmall>
        {stage === 'packing' ? 'Packing the files' : stage === 'uploading' ? `${bytes(size * share)} of ${bytes(size)} uploaded` : 'The deploy begins'}
      </Text>
      <Progress value={Math.round(share * 100)} of={100} label="Upload" />
    </Stack>
  )
}
