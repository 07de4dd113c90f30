// @vitest-environment node
// What a browser must fetch before the first page stands: at most 200 kB of compressed JavaScript.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

interface Chunk {
  readonly file: string
  readonly src?: string
  readonly imports?: readonly string[]
}

type Manifest = Readonly<Record<string, Chunk>>

const BUDGET_BYTES = 200_000
const folder = mkdtempSync(join(tmpdir(), 'slipway-console-'))
let manifest: Manifest = {}

beforeAll(() => {
  // A process of its own: within a test React would be built with its checks for development.
  const vite = join(process.cwd(), 'node_modules/vite/bin/vite.js')
  const arguments_ = [vite, 'build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir']
  execFileSync(process.execPath, arguments_, { env: { ...process.env, NODE_ENV: 'production' } })
  manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The script of `names` and everything that they import before they run. */
function needed(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    for (const imported of manifest[name]?.imports ?? []) visit(imported)
  }
  names.forEach(visit)
  return found
}

function compressedBytes(names: ReadonlySet<string>): number {
  const files = [...names].map((name) => manifest[name]?.file ?? '').filter((file) => file.endsWith('.js'))
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0)
}

describe('the first page', () => {
  test.each(['src/features/start/page.tsx', 'src/features/workspaces/list/page.tsx'])('%s fits its budget', (page) => {
    expect(Object.keys(manifest)).toContain(page)
    const bytes = compressedBytes(needed(['index.html', page]))
    expect(bytes, `${Math.round(bytes / 1000)} kB of JavaScript, compressed`).toBeLessThanOrEqual(BUDGET_BYTES)
  })
})
