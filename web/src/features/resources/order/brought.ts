// What is running already and is brought along with an order: a state, of a file or of a workspace.
import { ApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { quoted } from '../words'

export interface Brought {
  readonly from: 'file' | 'workspace'
  readonly file: File | null
  /** Its name. */
  readonly workspace: string
  /** The call whose module it is; empty where the state is of the module itself. */
  readonly module: string
  readonly allowsDestroy: boolean
}

export const nothingBrought = (workspace: string): Brought => ({
  from: workspace ? 'workspace' : 'file',
  file: null,
  workspace,
  module: '',
  allowsDestroy: false,
})

/** As the request carries it: the file is read now. */
export async function importOf({ from, file, workspace, module, allowsDestroy }: Brought): Promise<Schema<'ResourceImport'>> {
  const more = { ...(module.trim() && { module: module.trim() }), 'allow-destroy': allowsDestroy }
  if (from === 'workspace') {
    if (workspace === '') throw missing('from-workspace', 'Choose the workspace that has the state.')
    return { 'from-workspace': workspace, ...more }
  }
  if (!file) throw missing('state', 'Choose the file that has the state.')
  const state = await inBase64(file).catch(() => {
    throw missing('state', `${file.name} cannot be read any more. Choose it again.`)
  })
  return { state, ...more }
}

function missing(field: string, detail: string): ApiError {
  return new ApiError(422, 'invalid', 'Not accepted', detail, [{ field, pointer: `/data/attributes/import/${field}`, detail }])
}

function inBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    // It gives an address with all of it: what is behind the comma.
    reader.addEventListener('load', () => resolve(String(reader.result).split(',')[1] ?? ''))
    reader.addEventListener('error', () => reject(new Error('the file cannot be read')))
    reader.readAsDataURL(file)
  })
}

/** The same as flags of a command. */
export function importFlags(brought: Brought | null): readonly (string | false)[] {
  if (!brought) return []
  const { from, file, workspace, module, allowsDestroy } = brought
  return [
    from === 'file' ? `--state ${file ? quoted(file.name) : 'FILE'}` : `--from-workspace ${workspace ? quoted(workspace) : 'NAME'}`,
    module.trim() !== '' && `--module ${quoted(module.trim())}`,
    allowsDestroy && '--allow-destroy',
  ]
}
