// A flow is a test: it fails for what it asks for, and for whatever else went wrong in a browser meanwhile.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import type { ServerOptions } from './server'
import { launch, Stage } from './stage'

const LIMIT_MS = 240_000

let browser: Browser | null = null

beforeAll(async () => {
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
})

/** A test that is a flow. `name` is also the folder of its pictures. */
export function flow(name: string, body: (stage: Stage) => Promise<void>, options: ServerOptions = {}) {
  // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- both come from the caller
  test(name, { timeout: LIMIT_MS }, async () => {
    if (!browser) throw new Error('there is no browser')
    const stage = await Stage.open(name, browser, options)
    try {
      await body(stage)
      stage.check()
    } catch (error) {
      await stage.report()
      throw error
    } finally {
      await stage.close()
    }
  })
}
