// The repository that an app is deployed from, in words and as the API takes it; pure.
import type { Schema } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import type { RepositoryValues } from '@/ui/repository-field'
import { type BuildBy, BUILDS } from '../deploy/values'
import type { AppRepository } from './queries'

export interface Values extends RepositoryValues {
  /** Empty for the default one. */
  readonly branch: string
  /** Empty for all of it. */
  readonly directory: string
  readonly 'deploys-on-push': boolean
  readonly build: BuildBy
  readonly dockerfile: string
}

export const UNCONNECTED: Values = { identifier: '', 'integration-id': '', branch: '', directory: '', 'deploys-on-push': true, build: 'found', dockerfile: '' }

export function valuesOf({ attributes }: Pick<AppRepository, 'attributes'>): Values {
  const { platform, dockerfile } = attributes
  return {
    identifier: attributes['full-name'],
    'integration-id': attributes['integration-id'] ?? '',
    branch: attributes.branch,
    directory: attributes.directory,
    'deploys-on-push': attributes['deploys-on-push'],
    build: dockerfile ? 'dockerfile' : (BUILDS.find((one) => one === platform) ?? 'found'),
    dockerfile: dockerfile ?? '',
  }
}

/** As the API takes it: all of it together. */
export function settingsOf(values: Values): Schema<'AppRepositorySettings'> {
  const { build } = values
  return {
    identifier: values.identifier.trim(),
    ...(values['integration-id'] && { 'integration-id': values['integration-id'] }),
    branch: values.branch.trim(),
    directory: values.directory.trim(),
    'deploys-on-push': values['deploys-on-push'],
    ...(build === 'dockerfile' && { dockerfile: values.dockerfile.trim() || 'Dockerfile' }),
    ...(build !== 'dockerfile' && build !== 'found' && { platform: build }),
  }
}

/** What builds it. */
export function builtBy({ attributes: { dockerfile, platform } }: Pick<AppRepository, 'attributes'>): string {
  if (dockerfile) return dockerfile
  return platform ? `the platform ${platform}` : 'what is found in it'
}

/** The same from a terminal; `integration` is its name. */
export function connectCommand(app: string, values: Values, integration: string | undefined): string {
  const { dockerfile, platform, branch, directory } = settingsOf(values)
  return command(
    `slipway app repository connect ${quoted(values.identifier.trim() || 'REPOSITORY')}`,
    `--app ${quoted(app)}`,
    integration && `--integration ${quoted(integration)}`,
    branch && `--branch ${quoted(branch)}`,
    directory && `--directory ${quoted(directory)}`,
    values['deploys-on-push'] && '--on-push',
    dockerfile && `--dockerfile ${quoted(dockerfile)}`,
    platform && `--platform ${platform}`,
  )
}
