// A folder becomes a configuration, and a run starts with it.
import { send } from '@/api/client'
import { errorFrom } from '@/api/errors'
import { call } from '@/api/query'
import { packed } from '@/lib/packing/files'
import type { Folder } from '../packing/folder'
import { toOne } from '../queries'

export type UploadStage = 'packing' | 'uploading' | 'starting'

interface UploadOptions {
  readonly workspace: string
  readonly folder: Folder
  readonly message: string
  /** A plan that can never be applied. */
  readonly isPlanOnly?: boolean
  readonly onStage?: (stage: UploadStage) => void
}

/** Packs, uploads, starts the run; gives its id. Throws `ApiError`. */
export async function uploadAndRun({ workspace, folder, message, isPlanOnly = false, onStage }: UploadOptions): Promise<string> {
  onStage?.('packing')
  const archive = await packed(folder.files)
  onStage?.('uploading')
  const { data: configuration } = await call('post', '/api/v2/workspaces/{workspace}/configuration-versions', {
    params: { path: { workspace } },
    body: {
      data: { type: 'configuration-versions', attributes: { 'auto-queue-runs': false, speculative: isPlanOnly } },
    },
  })
  await put(configuration.id, archive)
  onStage?.('starting')
  const { data: run } = await call('post', '/api/v2/runs', {
    params: {},
    body: {
      data: {
        type: 'runs',
        attributes: { source: 'ui', message, ...(isPlanOnly && { 'plan-only': true }) },
        relationships: {
          workspace: toOne('workspaces', workspace),
          'configuration-version': toOne('configuration-versions', configuration.id),
        },
      },
    },
  })
  return run.id
}

async function put(configuration: string, archive: Blob): Promise<void> {
  const address = new URL(`/api/v2/configuration-versions/${configuration}/upload`, window.location.origin)
  // Not a stream: it is sent a second time when the session is another one by now.
  const body = await archive.arrayBuffer()
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await send(new Request(address, { method: 'PUT', headers, body }))
  if (!response.ok) throw await errorFrom(response)
}
