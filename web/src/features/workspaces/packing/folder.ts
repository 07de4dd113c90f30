// What of a chosen folder goes into the archive of a configuration.
import type { FolderFile } from '@/lib/packing/files'
import { ignoreRules } from './rules'

export interface Folder {
  /** Its name; empty when single files were dropped. */
  readonly name: string
  /** What goes into the archive, sorted. */
  readonly files: readonly FolderFile[]
  /** Of those, before compression. */
  readonly bytes: number
  /** What `.terraformignore` and the standing rules leave out. */
  readonly ignored: number
  /** Whether there is a configuration at the top, or in the directory that runs start in. */
  readonly hasConfiguration: boolean
}

/** Applies the folder's own `.terraformignore`. Throws `RulesError`. */
export async function folderOf(name: string, files: readonly FolderFile[], workingDirectory = ''): Promise<Folder> {
  const written = files.find(({ path }) => path === '.terraformignore')
  const isIgnored = ignoreRules(written ? await written.file.text() : '')
  const kept = files.filter(({ path }) => !isIgnored(path))
  const start = workingDirectory === '' ? '' : `${workingDirectory.replaceAll(/^\/+|\/+$/g, '')}/`
  return {
    name,
    files: kept.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    bytes: kept.reduce((sum, { file }) => sum + file.size, 0),
    ignored: files.length - kept.length,
    hasConfiguration: kept.some(({ path }) => path.startsWith(start) && isConfiguration(path.slice(start.length))),
  }
}

const isConfiguration = (path: string) => /^[^/]+\.(tf|tofu)(\.json)?$/.test(path)
