// Deploying from the browser: a folder, an archive, an image, or a Dockerfile alone.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '@/api/errors'
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
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Text } from '@/ui/text'
import { TextInput, Textarea } from '@/ui/text-input'
import { type FormState, useForm } from '@/ui/use-form'
import { useOpenApp, useRefreshApps } from '../queries'
import { deciding } from '../source/ignore'
import { type SourceFolder, sourceOf } from '../source/folder'
import { noDeploy, refusal } from '../words'
import { begin, send, type Sending, type Source } from './send'
import { BLANK, BUILD_WORDS, BUILDS, commandOf, type From, FROM, isBuilt, type Values, wanted } from './values'

const parseFrom: ParseSearch<{ readonly from: From | undefined }> = (raw) => ({ from: parameter.oneOf(raw['from'], FROM) })

const EXAMPLE = 'FROM docker.io/library/nginx:1.29\nRUN …'

export default function DeployApp() {
  const { organization, app } = useOpenApp()
  const { name } = app.attributes
  const [{ from = 'folder' }, change] = useSearchState(parseFrom)
  const [folder, setFolder] = useState<SourceFolder | null>(null)
  const [archive, setArchive] = useState<File | null>(null)
  const [missing, setMissing] = useState<string | null>(null)
  const [sending, setSending] = useState<Sending | null>(null)
  const navigate = useNavigate()
  const refresh = useRefreshApps()
  const form = useForm<Values, string>({
    initial: BLANK,
    check: ({ image, text }) => ({
      ...(from === 'image' && !image.trim() && { image: 'Say which image.' }),
      ...(from === 'dockerfile' && !text.trim() && { text: 'Write the Dockerfile.' }),
    }),
    submit: async (values) => {
      try {
        if (from === 'image') return await begin(app.id, wanted(values, null))
        const source = chosen(from, { folder, archive, text: values.text })
        if (typeof source === 'string') {
          setMissing(source)
          throw new ApiError(422, 'invalid', 'Nothing to deploy', source)
        }
        const digest = await send(app.id, source, setSending)
        return await begin(app.id, wanted(isBuilt(from) ? values : { ...values, build: 'dockerfile', dockerfile: '' }, digest))
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
        disabledReason={refusal(app, 'can-deploy') ?? noDeploy(app)}
        command={commandOf(from, form.values, name, archive?.name ?? null)}
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
        {isBuilt(from) && <HowBuilt form={form} />}
        <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
        {sending && <HowFar sending={sending} />}
      </Form>
    </Section>
  )
}

const STAGES: Readonly<Record<Sending['stage'], string>> = { packing: 'Packing', uploading: 'Uploading', starting: 'Starting' }

interface Choices {
  readonly folder: SourceFolder | null
  readonly archive: File | null
  readonly text: string
}

/** What is sent, or what is missing. */
function chosen(from: Exclude<From, 'image'>, { folder, archive, text }: Choices): Source | string {
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

function HowBuilt({ form }: { form: FormState<Values> }) {
  return (
    <Fold title="How it is built" about="found out by itself">
      <Stack gap={4}>
        <Select label="Built by" options={BUILDS.map((value) => ({ value, text: BUILD_WORDS[value] }))} {...form.field('build')} error={form.problems['platform']} />
        {form.values.build === 'dockerfile' && (
          <TextInput label="Dockerfile" isOptional isMono placeholder="Dockerfile" help="Its path in what is deployed." {...form.field('dockerfile')} />
        )}
      </Stack>
    </Fold>
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
