// What a new run is asked for, as a request and as a command. Pure.
import type { Schema } from '@/api/query'

export type Operation = 'apply' | 'plan' | 'refresh' | 'destroy'

/** What the form holds; names are the API's where it has them. */
export interface NewRunValues {
  readonly workspace: string
  readonly operation: Operation
  readonly message: string
  /** Addresses, one a line. */
  readonly 'target-addrs': string
  readonly 'replace-addrs': string
  readonly refresh: boolean
  /** Values for this run only, as an earlier run had them. */
  readonly variables: readonly Schema<'RunVariable'>[]
  /** The configuration version to run; empty for the workspace's newest. */
  readonly configuration: string
}

export const NEW_RUN: NewRunValues = {
  workspace: '',
  operation: 'apply',
  message: '',
  'target-addrs': '',
  'replace-addrs': '',
  refresh: true,
  variables: [],
  configuration: '',
}

/** The attributes of the request. */
export function attributesOf(values: NewRunValues): Schema<'NewRun'> {
  const targets = addressesOf(values['target-addrs'])
  const replaced = addressesOf(values['replace-addrs'])
  return {
    source: 'ui',
    'is-destroy': values.operation === 'destroy',
    'refresh-only': values.operation === 'refresh',
    'plan-only': values.operation === 'plan',
    ...(values.operation !== 'refresh' && !values.refresh && { refresh: false }),
    ...(values.message.trim() !== '' && { message: values.message.trim() }),
    ...(targets.length > 0 && { 'target-addrs': targets }),
    ...(replaced.length > 0 && { 'replace-addrs': replaced }),
    ...(values.variables.length > 0 && { variables: [...values.variables] }),
  }
}

/** What the request points to. */
export function relationshipsOf(values: NewRunValues, workspace: string) {
  return {
    workspace: { data: { type: 'workspaces', id: workspace } },
    ...(values.configuration !== '' && {
      'configuration-version': { data: { type: 'configuration-versions', id: values.configuration } },
    }),
  }
}

/** The same from a terminal. */
export function commandOf(values: NewRunValues, organization: string): string {
  const quoted = (text: string) => (/^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
  const words = [
    'slipway',
    values.operation === 'plan' ? 'plan' : 'apply',
    `--organization ${organization}`,
    `-w ${values.workspace || 'NAME'}`,
    values.configuration === '' ? '--no-upload' : `--configuration ${values.configuration}`,
    '--no-wait',
    values.operation === 'destroy' && '--destroy',
    values.operation === 'refresh' && '--refresh-only',
    values.operation !== 'refresh' && !values.refresh && '--no-refresh',
    ...addressesOf(values['target-addrs']).map((address) => `--target ${quoted(address)}`),
    ...addressesOf(values['replace-addrs']).map((address) => `--replace ${quoted(address)}`),
    ...values.variables.map(({ key, value }) => `--var ${quoted(`${key}=${value}`)}`),
    values.message.trim() !== '' && `-m ${quoted(values.message.trim())}`,
  ]
  return words.filter(Boolean).join(' ')
}

/** One a line, or with commas that stand outside of brackets. */
export function addressesOf(text: string): string[] {
  return text
    .split(/\n|,(?![^[]*\])/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
