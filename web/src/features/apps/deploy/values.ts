// What can be deployed, in words and as the API takes it; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'

export const FROM = ['folder', 'archive', 'image', 'dockerfile'] as const

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

export interface Values {
  readonly image: string
  /** The text of a Dockerfile that is all there is. */
  readonly text: string
  readonly build: BuildBy
  /** Where the Dockerfile is. */
  readonly dockerfile: string
  readonly message: string
}

export const BLANK: Values = { image: '', text: '', build: 'found', dockerfile: '', message: '' }

/** What the API is asked for; `digest` is that of what was uploaded, and nothing of an image. */
export function wanted(values: Values, digest: string | null): Schema<'NewDeploy'> {
  const message = values.message.trim()
  if (digest === null) return { image: values.image.trim(), message }
  const { build } = values
  const dockerfile = values.dockerfile.trim() || 'Dockerfile'
  if (build === 'found') return { 'source-digest': digest, message }
  return { 'source-digest': digest, message, ...(build === 'dockerfile' ? { dockerfile } : { platform: build }) }
}

/** The same from a terminal; `name` is that of the app. */
export function commandOf(from: From, values: Values, name: string, archive: string | null): string {
  const { build } = values
  const message = values.message.trim()
  return command(
    from === 'image' ? `slipway app deploy --image ${quoted(values.image.trim() || 'IMAGE')}` : from === 'archive' ? `slipway app deploy ${quoted(archive ?? 'ARCHIVE.tar.gz')}` : 'slipway app deploy',
    `--app ${quoted(name)}`,
    isBuilt(from) && build === 'dockerfile' && `--dockerfile ${quoted(values.dockerfile.trim() || 'Dockerfile')}`,
    isBuilt(from) && build !== 'dockerfile' && build !== 'found' && `--platform ${build}`,
    message && `-m ${quoted(message)}`,
  )
}

/** Whether it can be said how it is built. */
export const isBuilt = (from: From) => from === 'folder' || from === 'archive'
