// Programs that a flow starts: with an environment of almost nothing, and none of them outlives the flow.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

interface Options {
  readonly directory?: string
  readonly variables?: Readonly<Record<string, string>>
}

/** What every program gets. Never our own environment: OpenTofu reads `TF_*` from it. */
const plain = () => ({ PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8' })

/** Starts a program that the kernel ends when this process ends, by `signal`. What it says on standard error goes to `log`. */
export function start(program: string, args: readonly string[], log: number, options: Options & { signal?: 'KILL' | 'TERM' } = {}): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', options.signal ?? 'KILL', '--', program, ...args], {
    cwd: options.directory,
    env: { ...plain(), ...options.variables },
    stdio: ['ignore', 'ignore', log],
  })
}

/** Resolves when the process is gone. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** Runs a program to its end; what it wrote on standard output. Throws with its standard error when it failed. */
export function run(program: string, args: readonly string[], options: Options & { input?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.directory,
      env: { ...plain(), ...options.variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let said = ''
    let complained = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(said)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${complained}${said}`))
    })
    // A program that wants no input may be gone before it was given any.
    child.stdin.on('error', () => {}).end(options.input ?? '')
  })
}

/** Ends every process that lives in a directory or was told of it: runners and engines outlive their server. */
export function endAllOf(directory: string) {
  for (const id of processesOf(directory)) {
    try {
      process.kill(id, 'SIGKILL')
    } catch {
      // It ended by itself in between.
    }
  }
}

/** Processes that live in a directory or were told of it, and whose command line has all these words. */
export function processesOf(directory: string, ...words: readonly string[]): readonly number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return ids.filter((id) => isAbout(id, directory) && words.every((word) => argumentsOf(id).includes(word))).map(Number)
}

function argumentsOf(id: string): readonly string[] {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function isAbout(id: string, directory: string): boolean {
  try {
    if (readlinkSync(`/proc/${id}/cwd`).startsWith(directory)) return true
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(directory)
  } catch {
    return false
  }
}
