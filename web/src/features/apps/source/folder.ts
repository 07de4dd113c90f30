// The source of an app as this browser has it: a folder, an archive, or a Dockerfile alone.
import type { FolderFile, FoundFiles } from '@/lib/packing/files'
import { ignoringOf } from './ignore'

export interface SourceFolder {
  /** Its name; empty when single files were dropped. */
  readonly name: string
  /** What is sent, sorted. */
  readonly files: readonly FolderFile[]
  /** Of those, before compression. */
  readonly bytes: number
  /** Those that were seen and stay behind. */
  readonly ignored: number
  readonly hasDockerfile: boolean
}

/** Applies the folder's own rules. Throws `IgnoreError`, and when nothing is left. */
export async function sourceOf({ name, files }: FoundFiles): Promise<SourceFolder> {
  const { leavesOut } = await ignoringOf(async (wanted) => {
    const found = files.find(({ path }) => path === wanted)
    return found ? found.file.text() : null
  })
  const kept = files.filter(({ path }) => !leavesOut(path))
  if (kept.length === 0) throw new Error(`${name || 'What was chosen'} has no files that are sent. Choose the app's own folder.`)
  return {
    name,
    files: kept.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    bytes: kept.reduce((sum, { file }) => sum + file.size, 0),
    ignored: files.length - kept.length,
    hasDockerfile: kept.some(({ path }) => path === 'Dockerfile'),
  }
}
