// The files of a folder that somebody chose or dropped, and their archive.
import { tar } from './tar'

/** A file with its path from the chosen folder. */
export interface FolderFile {
  readonly path: string
  readonly file: File
}

/** What was chosen or dropped. */
export interface FoundFiles {
  /** The folder's name; empty when single files were dropped. */
  readonly name: string
  readonly files: readonly FolderFile[]
}

/** Tells whether nothing below a folder is wanted, so that it need not be listed. */
export type Unwanted = (path: string) => boolean

/** Decides by what files at the top of the folder say; `read` gives their text, or null without one. */
export type Deciding = (read: (name: string) => Promise<string | null>) => Promise<Unwanted>

/** Never in an archive, and often the largest part of a folder. */
const notHistory: Deciding = () => Promise.resolve((path) => path === '.git' || path.endsWith('/.git'))

/** Files as an archive that the API takes, a gzipped tar; sorted, so that equal folders give equal archives. */
export async function packed(files: readonly FolderFile[]): Promise<Blob> {
  const entries = await Promise.all(
    files.map(async ({ path, file }) => ({
      path,
      size: file.size,
      isExecutable: await isProgram(file),
      stream: () => file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
    })),
  )
  return new Response(tar(entries).pipeThrough(new CompressionStream('gzip'))).blob()
}

/** Browsers do not tell what may be run: what begins as scripts (`#!`) and programs (ELF) do. */
async function isProgram(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  const begins = (...bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte)
  return begins(0x23, 0x21) || begins(0x7f, 0x45, 0x4c, 0x46)
}

/** What a directory input gives: paths begin with the folder's name. */
export function chosenFiles(list: FileList | readonly File[]): FoundFiles {
  const files = [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
  const name = files[0]?.path.includes('/') ? (files[0].path.split('/')[0] ?? '') : ''
  return { name, files: files.map(({ file, path }) => ({ file, path: name ? path.slice(name.length + 1) : path })) }
}

/** What was dropped: one folder, or several files. The items live only during the event: call it at once. */
export async function droppedFiles(transfer: DataTransfer, deciding: Deciding = notHistory): Promise<FoundFiles> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const [only] = entries
  const isFolder = entries.length === 1 && only?.isDirectory === true
  const top = isFolder ? await listed(only as FileSystemDirectoryEntry) : entries
  const isUnwanted = await deciding(async (name) => {
    const found = top.find((entry) => entry.name === name && entry.isFile)
    return found ? (await fileOf(found)).text() : null
  })
  return { name: isFolder ? only.name : '', files: await within(top, '', isUnwanted) }
}

async function within(entries: readonly FileSystemEntry[], above: string, isUnwanted: Unwanted): Promise<readonly FolderFile[]> {
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = above === '' ? entry.name : `${above}/${entry.name}`
      if (!entry.isDirectory) return [{ path, file: await fileOf(entry) }]
      return isUnwanted(path) ? [] : within(await listed(entry as FileSystemDirectoryEntry), path, isUnwanted)
    }),
  )
  return found.flat()
}

function fileOf(entry: FileSystemEntry): Promise<File> {
  return new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
}

async function listed(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader()
  const entries: FileSystemEntry[] = []
  // A reader gives at most a hundred at a time, and nothing at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return entries
    entries.push(...some)
  }
}
