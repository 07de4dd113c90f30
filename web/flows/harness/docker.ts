// A Docker Engine of its own for a flow, in a network of its own: bridges come and go there, and no browser of this machine hears of
// it, which would give up its requests (ERR_NETWORK_CHANGED). The server lives in that network too; ports lead into it.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server as Listener } from 'node:net'
import { join } from 'node:path'
import { ended, start } from './programs'
import { until } from './until'

const MISSING = 'the Docker Engine is needed for this flow, and root: `apt-get install docker.io busybox-static iproute2` on Debian'

/** Inside the network: takes connections at a socket of the file system, which belongs to no network, and leads them to a port. */
const LEAD_IN = `
const net = require('node:net')
const [path, port] = process.argv.slice(1)
net.createServer((near) => {
  const far = net.connect(Number(port), '127.0.0.1')
  near.on('error', () => far.destroy()).on('close', () => far.destroy())
  far.on('error', () => near.destroy()).on('close', () => near.destroy())
  near.pipe(far)
  far.pipe(near)
}).listen(path)`

/** What images run: every usual command. */
const COMMANDS = ['sh', 'cat', 'echo', 'exec', 'httpd', 'mkdir', 'sleep', 'date', 'ls', 'env', 'kill', 'trap', 'id', 'printf', 'stty', 'tty']

export class Docker {
  private engine: ChildProcess | null = null
  private readonly leads: ChildProcess[] = []
  private readonly doors: Listener[] = []

  /** In a folder of its own; not started yet. */
  constructor(private readonly folder: string) {}

  get socket(): string {
    return join(this.folder, 'docker.sock')
  }

  /** Starts it and waits until it answers. */
  async start() {
    const program = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/sbin/dockerd'].find((path) => existsSync(path))
    if (!program || process.getuid?.() !== 0) throw new Error(MISSING)
    mkdirSync(this.folder, { recursive: true })
    const at = (name: string) => join(this.folder, name)
    const options = ['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--host', `unix://${this.socket}`]
    options.push('--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'))
    const log = openSync(at('engine.log'), 'a')
    // The shell becomes the engine, so that what ends the one ends the other.
    this.engine = start('unshare', ['--net', '--', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', program, ...options], log, { signal: 'TERM' })
    closeSync(log)
    const engine = this.engine
    await until('the Docker Engine answers', async () => {
      if (engine.exitCode !== null) throw new Error(`${MISSING}:\n${readFileSync(at('engine.log'), 'utf8')}`)
      return (await this.ask('GET', '/_ping').catch(() => null)) !== null
    })
  }

  /** What a program is begun with so that it lives in the engine's network. */
  get inside(): readonly string[] {
    if (!this.engine?.pid) throw new Error('the Docker Engine does not run')
    return ['nsenter', `--net=/proc/${this.engine.pid}/ns/net`, '--']
  }

  /** A port of this machine that leads to the same one inside: nothing listens there yet. */
  async port(): Promise<number> {
    const path = join(this.folder, `lead-${this.doors.length}.sock`)
    const door = createServer((near) => {
      const far = connect(path)
      near.on('error', () => far.destroy()).on('close', () => far.destroy())
      far.on('error', () => near.destroy()).on('close', () => near.destroy())
      near.pipe(far)
      far.pipe(near)
    })
    this.doors.push(door)
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    const { port } = door.address() as AddressInfo
    const [program = '', ...rest] = this.inside
    const log = openSync(join(this.folder, 'engine.log'), 'a')
    this.leads.push(start(program, [...rest, process.execPath, '-e', LEAD_IN, path, String(port)], log))
    closeSync(log)
    await until('the port leads inside', () => existsSync(path))
    return port
  }

  /** An image of every usual command that runs a line of shell; `name` is what it is called. */
  async image(name: string, script: string, variables: Readonly<Record<string, string>> = {}) {
    const root = join(this.folder, 'root')
    if (!existsSync(root)) fillRoot(root)
    const changes = [
      'ENV PATH=/bin',
      ...Object.entries(variables).map(([key, value]) => `ENV ${key}=${value}`),
      `CMD ${JSON.stringify(['/bin/sh', '-c', script])}`,
    ]
    const query = new URLSearchParams([['fromSrc', '-'], ['repo', name.split(':')[0] ?? name], ['tag', name.split(':')[1] ?? 'latest']])
    for (const change of changes) query.append('changes', change)
    const archive = spawn('tar', ['--create', '--directory', root, '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await this.ask('POST', `/images/create?${query}`, archive.stdout)
  }

  /** How many containers run that have a label. */
  async labelled(label: string): Promise<number> {
    const found = await this.ask('GET', `/containers/json?filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`)
    return (JSON.parse(found) as readonly unknown[]).length
  }

  private ask(method: string, path: string, body?: NodeJS.ReadableStream): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socket, method, path, headers: body ? { 'content-type': 'application/x-tar' } : {} }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.on('end', () => ((answer.statusCode ?? 500) < 400 && !text.includes('"error"') ? resolve(text) : reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))))
      })
      asked.on('error', reject)
      if (body) body.pipe(asked)
      else asked.end()
    })
  }

  /** What it said so far. */
  log(): string {
    const file = join(this.folder, 'engine.log')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /** Ends it, and everything that runs in it. */
  async stop() {
    for (const door of this.doors) door.close()
    for (const lead of this.leads) lead.kill('SIGKILL')
    const { engine } = this
    this.engine = null
    if (!engine) return
    engine.kill('SIGTERM')
    await ended(engine)
  }
}

function fillRoot(root: string) {
  const program = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
  if (!program) throw new Error(MISSING)
  mkdirSync(join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'tmp'))
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n')
  copyFileSync(program, join(root, 'bin/busybox'))
  chmodSync(join(root, 'bin/busybox'), 0o755)
  for (const command of COMMANDS) symlinkSync('busybox', join(root, 'bin', command))
}
