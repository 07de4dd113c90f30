// Lighthouse on five pages of the console, served by the built binary: one JSON row for each on standard output.
//
//     npm ci --prefix web/bench && node web/bench/lighthouse.mjs
//
// `SLIPWAY_BINARY` names the binary. The pages are the console's, so web/dist has to be built.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('lighthouse.ts', import.meta.url)), { logLevel: 'warn' })
await module.measure()
