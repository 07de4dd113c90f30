// How source becomes an image: by what, with which arguments, and which secrets it may read.
import { useQuery } from '@tanstack/react-query'
import { MultiSelect } from '@/ui/combobox'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { type App, envOf } from '../queries'
import { type BuildBy, BUILD_WORDS, BUILDS, type Inputs } from './values'

interface Build {
  readonly build: BuildBy
  /** Where the Dockerfile is. */
  readonly dockerfile: string
}

export function BuildFields<Values extends Build>({ form: whole }: { form: FormState<Values> }) {
  const form = whole as unknown as FormState<Build>
  return (
    <>
      <Select label="Built by" options={BUILDS.map((value) => ({ value, text: BUILD_WORDS[value] }))} {...form.field('build')} error={form.problems['platform']} />
      {form.values.build === 'dockerfile' && (
        <TextInput label="Dockerfile" isOptional isMono placeholder="Dockerfile" help="Its path in what is deployed." {...form.field('dockerfile')} />
      )}
    </>
  )
}

/** What this one build is given. */
export function BuildInputs<Values extends Inputs>({ app, form: whole }: { app: App; form: FormState<Values> }) {
  const form = whole as unknown as FormState<Inputs>
  const env = useQuery({ ...envOf(app.id), enabled: app.attributes.permissions['can-read-env'], retry: false })
  // What a single process has is none of the app.
  const names = (env.data?.data.attributes.variables ?? []).filter(({ process }) => process === '').map(({ name }) => name)
  const chosen = form.values['build-secrets']
  return (
    <>
      <Textarea
        label="Build arguments"
        isOptional
        isMono
        rows={2}
        placeholder="EDITION=pro"
        help="Values of the Dockerfile's ARG, one in each line. Whoever sees the deploy sees them: nothing secret."
        {...form.field('build-arguments')}
      />
      <MultiSelect
        label="Build secrets"
        isOptional
        isMono
        createLabel="The variable"
        placeholder="NPM_TOKEN"
        options={[...new Set([...names, ...chosen])].map((value) => ({ value }))}
        help="Variables of the app that the build may read, by RUN --mount=type=secret,id=NAME. Their values are shown to nobody."
        {...form.field('build-secrets')}
      />
    </>
  )
}
