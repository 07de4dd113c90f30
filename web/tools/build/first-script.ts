// A blocking script in the page's head that the content security policy allows: an own file with a hash in its name.
// The alternative, an inline script, would need the nonce in the page's body and a second copy of the policy.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Puts the classic script at `path` (from the root of web/) first into the head of index.html. */
export function firstScript(path: string): Plugin {
  let isBuild = false
  const source = () => readFileSync(path, 'utf8')
  const name = () => `assets/first-${createHash('sha256').update(source()).digest('hex').slice(0, 8)}.js`
  return {
    name: 'slipway:first-script',
    configResolved: (config) => {
      isBuild = config.command === 'build'
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: name(), source: source() })
    },
    transformIndexHtml: () => [
      { tag: 'script', attrs: { src: isBuild ? `/${name()}` : `/${path}` }, injectTo: 'head-prepend' },
    ],
  }
}
