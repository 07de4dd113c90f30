// Where things are: this checkout, the binary that is tried, and the real tools that `cargo xtask tools` made.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The server and command line that are tried. `SLIPWAY_BINARY` names another one. */
export const binary =
  process.env['SLIPWAY_BINARY'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(root, 'target'), 'debug/slipway')

/** Where screenshots go. */
export const screenshots = join(root, 'target/screenshots')

/** Debian's Chromium. `SLIPWAY_CHROMIUM` names another one. */
export const chromium = process.env['SLIPWAY_CHROMIUM'] ?? '/usr/bin/chromium'

interface Tools {
  readonly tofu: string
  readonly mirror: string
  readonly dex?: string
  /** The folder of Gitea and its files. */
  readonly gitea?: string
}

/** The real tools. Throws with what to do when they are not there. */
export function tools(): Tools {
  const file = join(root, 'target/tools.json')
  const how = 'run `cargo run -p xtask -- tools` once'
  if (!existsSync(file)) throw new Error(`${file} is missing: ${how}`)
  const found = JSON.parse(readFileSync(file, 'utf8')) as Tools
  const tofu = process.env['SLIPWAY_TEST_TOFU'] ?? found.tofu
  if (!existsSync(tofu) || !existsSync(found.mirror)) throw new Error(`the tools are gone from their cache: ${how}`)
  return { ...found, tofu }
}

/** The folder that holds OpenTofu. */
export const engines = () => dirname(tools().tofu)

/** Throws with what to do unless there is something to try. */
export function requireBinary() {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`cargo build\`, or set SLIPWAY_BINARY`)
  if (!existsSync(chromium)) throw new Error(`${chromium} is missing: install Debian's package chromium`)
}
