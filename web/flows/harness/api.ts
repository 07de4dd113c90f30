// The API and the command line, for what a flow needs but is not about, and for what the API itself must refuse.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './programs'
import { binary } from './project'

const MEDIA_TYPE = 'application/vnd.api+json'

/** A resource as it is on the wire. */
export interface Resource {
  readonly id: string
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly relationships?: Readonly<Record<string, { data?: { id: string } | null }>>
}

/** Who asks. */
export class Api {
  constructor(
    readonly url: string,
    readonly token: string,
    private readonly home: string,
  ) {}

  /** Sends a request; the answer, whatever it is. */
  request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  async get(path: string): Promise<Resource> {
    return ((await this.answered('GET', path)) as { data: Resource }).data
  }

  async list(path: string): Promise<readonly Resource[]> {
    return ((await this.answered('GET', path)) as { data: readonly Resource[] }).data
  }

  /** Makes a resource, or does something with one. */
  async post(path: string, type?: string, attributes: object = {}, relationships?: object): Promise<Resource> {
    const body = type ? { data: { type, attributes, ...(relationships && { relationships }) } } : {}
    return ((await this.answered('POST', path, body)) as { data: Resource }).data
  }

  async patch(path: string, type: string, attributes: object): Promise<Resource> {
    return ((await this.answered('PATCH', path, { data: { type, attributes } })) as { data: Resource }).data
  }

  private async answered(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.request(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  /** Starts a run of a workspace with a folder's files, and waits for nothing. */
  async start(workspace: string, folder: string, attributes: object): Promise<Resource> {
    const version = await this.post(`/workspaces/${workspace}/configuration-versions`, 'configuration-versions', { 'auto-queue-runs': false })
    const archive = join(this.home, `${version.id}.tar.gz`)
    await run('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, '.'])
    const uploaded = await fetch(`${this.url}/api/v2/configuration-versions/${version.id}/upload`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/octet-stream' },
      body: readFileSync(archive),
    })
    if (!uploaded.ok) throw new Error(`upload: ${uploaded.status} ${await uploaded.text()}`)
    return this.post('/runs', 'runs', attributes, {
      workspace: { data: { type: 'workspaces', id: workspace } },
      'configuration-version': { data: { type: 'configuration-versions', id: version.id } },
    })
  }

  /** A command of the command line, in a folder, as this caller; what it printed. */
  async slipway(folder: string, ...args: readonly string[]): Promise<string> {
    const variables = { HOME: this.home, SLIPWAY_URL: this.url, SLIPWAY_TOKEN: this.token }
    return run(binary, args, { directory: folder, variables })
  }
}

/** Writes a configuration: a folder with these files. */
export function configuration(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return folder
}
