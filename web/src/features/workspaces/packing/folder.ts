// The files of a folder that somebody chose or dropped, and what of them goes into the archive.
import { ignoreRules } from './rules'
import { tar } from './tar'

/** A file with its path from the chosen folder. */
export interface FolderFile {
  readonly path: string
  readonly file: File
}

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

/** The folder as the archive that the API takes: gzipped tar. */
export async function packed(folder: Folder): Promise<Blob> {
  const files = folder.files.map(({ path, file }) => ({
    path,
    size: file.size,
    stream: () => file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
  }))
  return new Response(tar(files).pipeThrough(new CompressionStream('gzip'))).blob()
}

/** What a directory input gives: paths begin with the folder's name. */
export function chosenFiles(list: FileList | readonly File[]): { name: string; files: readonly FolderFile[] } {
  const files = [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
  const name = files[0]?.path.includes('/') ? (files[0].path.split('/')[0] ?? '') : ''
  return { name, files: files.map(({ file, path }) => ({ file, path: name ? path.slice(name.length + 1) : path })) }
}

/** What was dropped: one folder, or several files. The items live only during the event: call it at once. */
export async function droppedFiles(transfer: DataTransfer): Promise<{ name: string; files: readonly FolderFile[] }> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const [only] = entries
  if (entries.length === 1 && only?.isDirectory) {
    return { name: only.name, files: await below(only as FileSystemDirectoryEntry, '') }
  }
  const files = await Promise.all(entries.map((entry) => fileOrBelow(entry, '')))
  return { name: '', files: files.flat() }
}

async function below(directory: FileSystemDirectoryEntry, path: string): Promise<readonly FolderFile[]> {
  const reader = directory.createReader()
  const entries: FileSystemEntry[] = []
  // A reader gives at most a hundred at a time, and nothing at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) break
    entries.push(...some)
  }
  return (await Promise.all(entries.map((entry) => fileOrBelow(entry, path)))).flat()
}

async function fileOrBelow(entry: FileSystemEntry, path: string): Promise<readonly FolderFile[]> {
  const own = path === '' ? entry.name : `${path}/${entry.name}`
  // Never in an archive, and often the largest part of a folder: not even listed.
  if (entry.isDirectory && entry.name === '.git') return []
  if (entry.isDirectory) return below(entry as FileSystemDirectoryEntry, own)
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
  return [{ path: own, file }]
}
