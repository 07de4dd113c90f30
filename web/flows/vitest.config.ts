// The flows: real Chromium, the real server, real OpenTofu. `FLOWS_ALL=1`, as in the night, looks at everything and takes
// all pictures instead of a sample, of which `FLOWS_SEED` says which; `SLIPWAY_BINARY` names the binary.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const seed = process.env['FLOWS_SEED'] ?? String(Date.now() % 100_000)
process.env['FLOWS_SEED'] = seed
process.stdout.write(process.env['FLOWS_ALL'] === '1' ? 'all pictures\n' : `sample of pictures: FLOWS_SEED=${seed}\n`)

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    include: ['flows/**/*.flow.ts'],
    pool: 'forks',
    maxWorkers: 2,
    hookTimeout: 60_000,
    reporters: ['verbose'],
    env: { FLOWS_SEED: seed },
  },
})
