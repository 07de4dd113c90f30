// Which files of a folder are sent: the rules of the command line. `.slipwayignore`, or else `.dockerignore`, in the language of the
// latter: a pattern begins at the top, the last that matches a path or a folder above it decides, `!` takes back in.
import type { Deciding } from '@/lib/packing/files'
import { globExpression } from '@/lib/packing/glob'

export const IGNORE_FILES = ['.slipwayignore', '.dockerignore'] as const

/** Histories, what tools make again by themselves, and the usual files of secrets. */
const NEVER_NEEDED = ['.git', '.hg', '.svn', '.DS_Store', 'node_modules', '.venv', '__pycache__', '*.pyc', '.terraform', '.env', '.env.local'].map(
  (name) => `**/${name}`,
)

/** What says how the app is built and run always comes. */
const SAYING: readonly string[] = ['Dockerfile', 'Procfile', 'slipway.toml', 'tsuru.yaml', 'tsuru.yml', 'tsuru.app.yaml', ...IGNORE_FILES]

/** A line that is no pattern. */
export class IgnoreError extends Error {
  override readonly name = 'IgnoreError'

  constructor(file: string, line: number, pattern: string) {
    super(`${file} line ${line}: "${pattern}" is not a pattern. Correct it and choose the folder again.`)
  }
}

export interface Ignoring {
  /** Whether a file stays behind. */
  readonly leavesOut: (path: string) => boolean
  /** Whether everything below a folder does. */
  readonly leavesOutAll: (folder: string) => boolean
}

interface Rule {
  readonly patterns: readonly RegExp[]
  readonly isTakenBack: boolean
}

/** The rules of a folder with this file; `text` is empty without one. Throws [`IgnoreError`]. */
export function ignoring(file: string, text: string): Ignoring {
  const standing = NEVER_NEEDED.map((pattern) => rule(pattern, file, 0))
  const written = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line, at) => (line.startsWith('#') ? null : rule(line, file, at + 1)))
  const rules = [...standing, ...written].filter((one) => one !== null).toReversed()
  const takesBack = rules.some(({ isTakenBack }) => isTakenBack)
  const isOut = (path: string) => {
    const shown = aboveAndItself(path)
    const decides = rules.find(({ patterns }) => patterns.some((pattern) => shown.some((part) => pattern.test(part))))
    return decides !== undefined && !decides.isTakenBack
  }
  return {
    leavesOut: (path) => !SAYING.includes(path) && isOut(path),
    leavesOutAll: (folder) => !takesBack && isOut(folder),
  }
}

/** As [`ignoring`], of whichever file is there. */
export async function ignoringOf(read: (name: string) => Promise<string | null>): Promise<Ignoring> {
  for (const file of IGNORE_FILES) {
    // The first that is there counts.
    // oxlint-disable-next-line no-await-in-loop
    const text = await read(file)
    if (text !== null) return ignoring(file, text)
  }
  return ignoring('.slipwayignore', '')
}

/** What of a dropped folder is not even listed. */
export const deciding: Deciding = async (read) => (await ignoringOf(read)).leavesOutAll

/** `a`, `a/b`, `a/b/c`. */
function aboveAndItself(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

function rule(line: string, file: string, number: number): Rule | null {
  const written = line.trim()
  const isTakenBack = written.startsWith('!')
  const cleaned = clean(isTakenBack ? written.slice(1).trim() : written)
  if (cleaned === '') return null
  const patterns = alternatives(cleaned).map(globExpression)
  if (patterns.includes(null)) throw new IgnoreError(file, number, written)
  return { patterns: patterns.filter((pattern) => pattern !== null), isTakenBack }
}

/** Without the slash at the beginning and what leads nowhere. */
function clean(pattern: string): string {
  const parts: string[] = []
  for (const part of pattern.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** `*.{js,ts}` is `*.js` and `*.ts`. */
function alternatives(pattern: string): readonly string[] {
  const found = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern)
  if (!found) return [pattern]
  const [, before = '', choices = '', after = ''] = found
  return choices.split(',').flatMap((choice) => alternatives(`${before}${choice}${after}`))
}
