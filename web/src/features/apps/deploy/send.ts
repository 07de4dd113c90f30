// Source on its way: packed in the browser, uploaded with its progress, and deployed.
import { upload } from '@/api/upload'
import { call, type Schema } from '@/api/query'
import { packed } from '@/lib/packing/files'
import type { SourceFolder } from '../source/folder'

export type Source =
  | { readonly kind: 'folder'; readonly folder: SourceFolder }
  | { readonly kind: 'archive'; readonly file: File }
  | { readonly kind: 'dockerfile'; readonly text: string }

/** How far it is. */
export interface Sending {
  readonly stage: 'packing' | 'uploading' | 'starting'
  /** Of the upload, from 0 to 1. */
  readonly share: number
  /** Of the archive. */
  readonly bytes: number
}

/** Uploads source of an app; its digest. Throws `ApiError`. */
export async function send(app: string, source: Source, onSending: (sending: Sending) => void): Promise<string> {
  onSending({ stage: 'packing', share: 0, bytes: 0 })
  const archive = await archiveOf(source)
  const bytes = archive.size
  onSending({ stage: 'uploading', share: 0, bytes })
  const { data } = await upload<Schema<'Document_Resource_AppSource'>>(`/api/v2/apps/${encodeURIComponent(app)}/sources`, archive, {
    onProgress: (share) => onSending({ stage: 'uploading', share, bytes }),
  })
  onSending({ stage: 'starting', share: 1, bytes })
  return data.attributes.digest
}

function archiveOf(source: Source): Promise<Blob> {
  if (source.kind === 'archive') return Promise.resolve(source.file)
  if (source.kind === 'folder') return packed(source.folder.files)
  return packed([{ path: 'Dockerfile', file: new File([source.text], 'Dockerfile') }])
}

/** Begins a deploy; its id. */
export async function begin(app: string, attributes: Schema<'NewDeploy'>): Promise<string> {
  const { data } = await call('post', '/api/v2/apps/{app}/deploys', { params: { path: { app } }, body: { data: { type: 'deploys', attributes } } })
  return data.id
}
