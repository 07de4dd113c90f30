// A real forge: Gitea, with one person, a token and repositories that are pushed to.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { configuration } from './api'
import { ended, run, start } from './programs'
import { tools } from './project'
import type { Place } from './server'
import { until } from './until'

const PERSON = 'keeper'
/** Who may read only. */
const STRANGER = 'stranger'
const PASSWORD = 'gitea-password-1'

export const GITEA_PERSON = { name: PERSON, password: PASSWORD } as const

export class Gitea {
  url = ''
  private child: ChildProcess | null = null
  private readonly groups = new Set<string>()

  /** `place` is where it lives when it is not simply on this machine: beside an engine, that is. */
  constructor(
    private readonly folder: string,
    private readonly place: Place | null = null,
  ) {
    mkdirSync(join(folder, 'home'), { recursive: true })
  }

  /** Starts it, with its first person. */
  async start() {
    const port = this.place?.port ?? (await freePort())
    this.url = `http://127.0.0.1:${port}`
    writeFileSync(this.file, this.settings(port))
    const log = join(this.folder, 'gitea.log')
    const [program = this.program, ...rest] = [...(this.place?.inside ?? []), this.program, 'web', '--config', this.file]
    this.child = start(program, rest, openSync(log, 'a'), { variables: this.variables })
    const child = this.child
    await until('Gitea answers', () => {
      if (child.exitCode !== null) throw new Error(`Gitea ended (${child.exitCode}):\n${readFileSync(log, 'utf8')}`)
      return fetch(`${this.url}/api/v1/version`).then(({ ok }) => ok, () => false)
    })
    const user = ['admin', 'user', 'create', '--admin', '--username', PERSON, '--password', PASSWORD, '--email', 'keeper@example.com']
    await run(this.program, ['--config', this.file, ...user, '--must-change-password=false'], { variables: this.variables })
  }

  /** A token that may do what an integration needs. */
  async token(scopes: readonly string[] = ['write:repository', 'write:issue', 'read:user', 'read:organization']): Promise<string> {
    const made = await this.ask('POST', `/users/${PERSON}/tokens`, { name: `token-${scopes.length}`, scopes })
    return String(made['sha1'])
  }

  /** An application that people may let act for them; its id and secret. */
  async application(redirect: string): Promise<{ id: string; secret: string }> {
    const made = await this.ask('POST', '/user/applications/oauth2', { name: 'slipway', redirect_uris: [redirect], confidential_client: true })
    return { id: String(made['client_id']), secret: String(made['client_secret']) }
  }

  /** An organization there, with a private repository of these files on `main`; where it is worked in. */
  async repository(group: string, name: string, files: Readonly<Record<string, string>>): Promise<string> {
    if (!this.groups.has(group)) await this.ask('POST', '/orgs', { username: group })
    this.groups.add(group)
    await this.ask('POST', `/orgs/${group}/repos`, { name, private: true, default_branch: 'main', description: 'What runs where' })
    const folder = join(this.folder, `work-${name}`)
    mkdirSync(folder)
    await this.git(folder, 'init', '--quiet', '--initial-branch=main')
    await this.git(folder, 'remote', 'add', 'origin', this.url.replace('://', `://${PERSON}:${PASSWORD}@`) + `/${group}/${name}.git`)
    await this.push(folder, files, 'Begin')
    // It looks at what was pushed afterwards, and calls the repository empty until then.
    await until('Gitea has seen the push', async () => (await this.ask('GET', `/repos/${group}/${name}`))['empty'] === false)
    return folder
  }

  /** Writes files, commits and pushes them; the commit. */
  async push(folder: string, files: Readonly<Record<string, string>>, message: string, branch = 'main', to = 'origin'): Promise<string> {
    if (branch !== 'main') await this.git(folder, 'switch', '--quiet', '--create', branch)
    configuration(folder, files)
    await this.git(folder, 'add', '--all')
    await this.git(folder, '-c', 'user.name=Lin Park', '-c', 'user.email=lin@example.com', 'commit', '--quiet', '--message', message)
    await this.git(folder, 'push', '--quiet', to, `HEAD:refs/heads/${branch}`)
    return (await this.git(folder, 'rev-parse', 'HEAD')).trim()
  }

  /** The branches of a repository, by name. */
  async branches(repository: string): Promise<readonly string[]> {
    const found = (await this.ask('GET', `/repos/${repository}/branches`)) as unknown as readonly { name: string }[]
    return found.map(({ name }) => name).toSorted()
  }

  /** The newest commit of `main`. */
  async head(repository: string): Promise<{ id: string; message: string }> {
    const { commit } = (await this.ask('GET', `/repos/${repository}/branches/main`)) as { commit: { id: string; message: string } }
    return commit
  }

  /** A file as it is on `main`; null where there is none. */
  async text(repository: string, path: string): Promise<string | null> {
    const tree = (await this.ask('GET', `/repos/${repository}/git/trees/main?recursive=true`)) as { tree: readonly { path: string; sha: string }[] }
    const found = tree.tree.find((one) => one.path === path)
    if (!found) return null
    return atob(String((await this.ask('GET', `/repos/${repository}/git/blobs/${found.sha}`))['content']))
  }

  /** Offers a branch to `main`; its number. */
  async pullRequest(repository: string, head: string, title: string): Promise<number> {
    return Number((await this.ask('POST', `/repos/${repository}/pulls`, { head, base: 'main', title }))['number'])
  }

  /** Somebody from outside forks it, and offers a branch with these files to `main`; its number. */
  async forkedRequest(folder: string, repository: string, files: Readonly<Record<string, string>>, title: string): Promise<number> {
    await this.ask('POST', '/admin/users', { username: STRANGER, email: 'stranger@example.com', password: PASSWORD, must_change_password: false })
    await this.ask('PUT', `/repos/${repository}/collaborators/${STRANGER}`, { permission: 'read' })
    await this.ask('POST', `/repos/${repository}/forks`, {}, STRANGER)
    await this.git(folder, 'switch', '--quiet', 'main')
    const fork = `${this.url.replace('://', `://${STRANGER}:${PASSWORD}@`)}/${STRANGER}/${repository.split('/')[1]}.git`
    await this.push(folder, files, title, 'from-outside', fork)
    await this.git(folder, 'switch', '--quiet', 'main')
    const made = await this.ask('POST', `/repos/${repository}/pulls`, { head: `${STRANGER}:from-outside`, base: 'main', title }, STRANGER)
    return Number(made['number'])
  }

  async stop() {
    this.child?.kill('SIGKILL')
    if (this.child) await ended(this.child)
    this.child = null
  }

  private git(folder: string, ...args: readonly string[]): Promise<string> {
    return run('git', ['-C', folder, ...args], { variables: { HOME: join(this.folder, 'home'), GIT_CONFIG_NOSYSTEM: '1' } })
  }

  private async ask(method: string, path: string, body?: object, person: string = PERSON): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${person}:${PASSWORD}`)}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`Gitea ${method} ${path}: ${response.status} ${await response.text()}`)
    const text = await response.text()
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  }

  private get home(): string {
    const { gitea } = tools()
    if (!gitea) throw new Error('Gitea is missing: run `cargo run -p xtask -- tools` once')
    return gitea
  }

  private get program() {
    return join(this.home, 'gitea')
  }

  private get file() {
    return join(this.folder, 'app.ini')
  }

  private get variables() {
    return { HOME: join(this.folder, 'home'), USER: process.env['USER'] ?? 'root' }
  }

  private settings(port: number): string {
    const sections: Record<string, Record<string, string | number | boolean>> = {
      server: {
        HTTP_ADDR: '127.0.0.1', HTTP_PORT: port, ROOT_URL: `${this.url}/`, STATIC_ROOT_PATH: this.home,
        APP_DATA_PATH: `${this.folder}/data`, DISABLE_SSH: true, OFFLINE_MODE: true,
      },
      database: { DB_TYPE: 'sqlite3', PATH: `${this.folder}/gitea.db` },
      repository: { ROOT: `${this.folder}/repositories`, DEFAULT_BRANCH: 'main' },
      git: { HOME_PATH: `${this.folder}/home` },
      security: { INSTALL_LOCK: true, SECRET_KEY: 'for-tests-only', PASSWORD_HASH_ALGO: 'pbkdf2_v1' },
      service: { DISABLE_REGISTRATION: true },
      webhook: { ALLOWED_HOST_LIST: 'loopback', DELIVER_TIMEOUT: 5 },
      session: { PROVIDER: 'memory' },
      indexer: { ISSUE_INDEXER_TYPE: 'db' },
      cron: { ENABLED: false },
      actions: { ENABLED: false },
      packages: { ENABLED: false },
      log: { MODE: 'console', LEVEL: 'warn' },
      'log.console': { STDERR: true },
    }
    const lines = (values: Record<string, string | number | boolean>) => Object.entries(values).map(([name, value]) => `${name} = ${value}`)
    const top = ['I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true', 'RUN_MODE = prod', `WORK_PATH = ${this.folder}`]
    return [...top, ...Object.entries(sections).flatMap(([name, values]) => [`[${name}]`, ...lines(values)]), ''].join('\n')
  }
}

/** A port that was free a moment ago: Gitea has to know its own address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
