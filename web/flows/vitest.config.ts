// The flows: real Chromium, the real server, real OpenTofu. `FLOWS_ALL=1`, as in the night and for flows that are named, takes
// every flow and all pictures instead of a sample, of which `FLOWS_SEED` says which; `SLIPWAY_BINARY` names the binary.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const seed = process.env['FLOWS_SEED'] ?? String(Date.now() % 100_000)
process.env['FLOWS_SEED'] = seed
const takesAll = process.env['FLOWS_ALL'] === '1'
process.stdout.write(takesAll ? 'all flows and pictures\n' : `sample of flows and pictures: FLOWS_SEED=${seed}\n`)

/** Every second flow, beginning with the first or the second of them. */
const others = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.flow.ts'))
  .toSorted()
  .filter((_, at) => (at + Number(seed)) % 2 === 0)

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    include: ['flows/**/*.flow.ts'],
    exclude: takesAll ? [] : others.map((name) => `flows/${name}`),
    pool: 'forks',
    maxWorkers: 2,
    hookTimeout: 60_000,
    // One that waited too short for a busy machine is told of, and no failure.
    retry: 1,
    reporters: ['verbose'],
    env: { FLOWS_SEED: seed },
  },
})
