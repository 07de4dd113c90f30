// What can be deployed, in words and as the API takes it; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'

export const FROM = ['folder', 'archive', 'commit', 'image', 'dockerfile'] as const

/** Where it comes from. */
export type From = (typeof FROM)[number]

/** How source becomes an image; the others are platforms. */
export const BUILDS = ['found', 'dockerfile', 'static', 'python', 'node', 'go'] as const
export type BuildBy = (typeof BUILDS)[number]

export const BUILD_WORDS: Readonly<Record<BuildBy, string>> = {
  found: 'Found out from its files',
  dockerfile: 'A Dockerfile in it',
  static: 'The platform static: files as they are',
  python: 'The platform Python',
  node: 'The platform Node.js',
  go: 'The platform Go',
}

/** What one build is given. */
export interface Inputs {
  /** `NAME=value`, one in each line. */
  readonly 'build-arguments': string
  /** Names of variables. */
  readonly 'build-secrets': readonly string[]
}

export interface Values extends Inputs {
  readonly image: string
  /** The text of a Dockerfile that is all there is. */
  readonly text: string
  /** A commit, a tag or a branch; empty for the branch that is followed. */
  readonly commit: string
  readonly build: BuildBy
  /** Where the Dockerfile is. */
  readonly dockerfile: string
  readonly message: string
}

export const BLANK: Values = { image: '', text: '', commit: '', build: 'found', dockerfile: '', message: '', 'build-arguments': '', 'build-secrets': [] }

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

/** What is wrong with it, by field. */
export function problemsOf(from: From, { image, text, 'build-arguments': said }: Values): Partial<Record<keyof Values, string>> {
  const bad = lines(said).find((line) => !/^[A-Za-z_]\w*=/.test(line))
  return {
    ...(from === 'image' && !image.trim() && { image: 'Say which image.' }),
    ...(from === 'dockerfile' && !text.trim() && { text: 'Write the Dockerfile.' }),
    ...(from !== 'image' && bad && { 'build-arguments': `Write NAME=value in each line: "${bad}" is none.` }),
  }
}

/** What a build takes for the Dockerfile's arguments. */
export function buildArguments(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(lines(text).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** What was uploaded, or where else it comes from. */
type Made = { readonly 'source-digest': string } | 'commit' | 'image'

/** What the API is asked for. */
export function wanted(from: From, values: Values, of: Made): Schema<'NewDeploy'> {
  const message = values.message.trim()
  if (of === 'image') return { image: values.image.trim(), message }
  const made = of === 'commit' ? { commit: values.commit.trim() } : of
  const given = buildArguments(values['build-arguments'])
  const inputs = {
    ...(Object.keys(given).length > 0 && { 'build-arguments': given }),
    ...(values['build-secrets'].length > 0 && { 'build-secrets': [...values['build-secrets']] }),
  }
  const { build, dockerfile } = isFound(from) ? values : { build: 'dockerfile' as const, dockerfile: '' }
  if (build === 'found') return { ...made, ...inputs, message }
  return { ...made, ...inputs, message, ...(build === 'dockerfile' ? { dockerfile: dockerfile.trim() || 'Dockerfile' } : { platform: build }) }
}

/** The same from a terminal; `name` is that of the app, `branch` the one that it follows. */
export function commandOf(from: From, values: Values, name: string, known: { readonly archive: string | null; readonly branch: string }): string {
  const { build } = values
  const message = values.message.trim()
  const beginning: Readonly<Record<From, string>> = {
    folder: 'slipway app deploy',
    dockerfile: 'slipway app deploy',
    archive: `slipway app deploy ${quoted(known.archive ?? 'ARCHIVE.tar.gz')}`,
    commit: `slipway app deploy --commit ${quoted(values.commit.trim() || known.branch || 'BRANCH')}`,
    image: `slipway app deploy --image ${quoted(values.image.trim() || 'IMAGE')}`,
  }
  return command(
    beginning[from],
    `--app ${quoted(name)}`,
    isFound(from) && build === 'dockerfile' && `--dockerfile ${quoted(values.dockerfile.trim() || 'Dockerfile')}`,
    isFound(from) && build !== 'dockerfile' && build !== 'found' && `--platform ${build}`,
    ...(isBuilt(from) ? lines(values['build-arguments']).map((pair) => `--build-arg ${quoted(pair)}`) : []),
    ...(isBuilt(from) ? values['build-secrets'].map((secret) => `--build-secret ${quoted(secret)}`) : []),
    message && `-m ${quoted(message)}`,
  )
}

/** Whether an image is built of it. */
export const isBuilt = (from: From) => from !== 'image'

/** Whether it can be said how it is built. */
export const isFound = (from: From) => from !== 'image' && from !== 'dockerfile'
