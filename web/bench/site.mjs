// A server of its own for a bench: the real binary, SQLite, real OpenTofu, an organization, somebody who is signed in.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const chromium = process.env.SLIPWAY_CHROMIUM ?? '/usr/bin/chromium'
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
export const binary = process.env.SLIPWAY_BINARY ?? join(target, 'release/slipway')

const PASSWORD = 'correct horse battery staple'

/** Starts it; `close` ends it and removes everything. */
export async function openSite() {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`cargo build --release\`, or set SLIPWAY_BINARY`)
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const data = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const log = openSync(logFile, 'a')
  const tools = JSON.parse(readFileSync(join(target, 'tools.json'), 'utf8'))
  const args = ['server', '--data-dir', data, '--listen', '127.0.0.1:0', '--engine-dir', dirname(tools.tofu), '--provider-mirror', tools.mirror]
  const child = spawn(binary, args, { stdio: ['ignore', log, log], env: { PATH: process.env.PATH, HOME: folder } })
  const url = await until('the server is ready', () => / ready url=(http:\/\/\S+)/.exec(readFileSync(logFile, 'utf8'))?.[1])
  const own = (...words) => execFileSync(binary, words, { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder }, stdio: ['ignore', 'pipe', 'ignore'] })
  const token = own('admin', 'token', 'create', '--data-dir', data).trim()
  const environment = { PATH: process.env.PATH, HOME: folder, SLIPWAY_URL: url, SLIPWAY_TOKEN: token, SLIPWAY_ORGANIZATION: 'bench' }
  return {
    url,
    token,
    /** A command of the command line, in a folder with these files. */
    slipway(place, files, ...words) {
      const directory = join(folder, place)
      mkdirSync(directory, { recursive: true })
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
      return execFileSync(binary, words, { encoding: 'utf8', cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    },
    async api(method, path, body) {
      const response = await fetch(`${url}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.api+json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      const text = await response.text()
      return text === '' ? {} : JSON.parse(text)
    },
    /** Makes an account in the page's browser and signs it in, through `address`. */
    async signIn(page, address) {
      const link = /http:\S+\/set-up\/\S+/.exec(own('admin', 'set-up-link', '--data-dir', data, '--listen', new URL(url).host))[0]
      await page.goto(link.replace(url, address))
      await page.fill('[name=username]', 'bench')
      await page.fill('[name=password]', PASSWORD)
      await page.fill('[name=password_confirmation]', PASSWORD)
      await page.click('button[type=submit]')
      await page.waitForLoadState()
    },
    close() {
      child.kill('SIGTERM')
      return new Promise((resolve) => {
        child.on('exit', () => {
          rmSync(folder, { recursive: true, force: true })
          resolve()
        })
      })
    },
  }
}

/** Asks until there is an answer. */
export async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1_000
  for (;;) {
    const found = await ask()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${seconds} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
