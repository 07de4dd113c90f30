// Who may import whom: lib, ui and api stand below features, features below app; no feature imports another; Mantine
// stays behind ui.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const SOURCE = join(process.cwd(), 'src')
const BELOW: Record<string, readonly string[]> = {
  lib: ['lib', 'ui', 'api'],
  ui: ['lib', 'ui', 'api'],
  api: ['lib', 'ui', 'api'],
  features: ['lib', 'ui', 'api', 'testing'],
  app: ['lib', 'ui', 'api', 'features', 'app', 'testing'],
  testing: ['lib', 'ui', 'api', 'testing'],
}

interface Import {
  readonly from: string
  readonly to: string
}

/** Every import of the console's own code and of Mantine, with paths from src/. */
function imports(): Import[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|tsx)$/.test(file))
  return files.flatMap((from) =>
    [...readFileSync(join(SOURCE, from), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
      from,
      to: to.startsWith('.') ? join(from, '..', to) : to.replace(/^@\//, ''),
    })),
  )
}

const folder = (path: string) => path.split('/')[0] ?? ''
const slice = (path: string) => path.split('/')[1] ?? ''

describe('layers', () => {
  const all = imports()

  test('are imported downwards only', () => {
    const own = all.filter(({ to }) => folder(to) in BELOW && folder(to) !== '@mantine')
    const wrong = own.filter(({ from, to }) => {
      const allowed = BELOW[folder(from)]
      const isTest = /\.test\.tsx?$/.test(from)
      return allowed !== undefined && !isTest && folder(from) !== folder(to) && !allowed.includes(folder(to))
    })
    expect(wrong).toEqual([])
    expect(own.length).toBeGreaterThan(10)
  })

  test('of features know nothing of each other', () => {
    const wrong = all.filter(
      ({ from, to }) => folder(from) === 'features' && folder(to) === 'features' && slice(from) !== slice(to),
    )
    expect(wrong).toEqual([])
  })

  test('keep Mantine behind ui', () => {
    const wrong = all.filter(({ from, to }) => to.startsWith('@mantine/') && folder(from) !== 'ui')
    expect(wrong).toEqual([])
  })
})
