// Writes a .br and a .gz beside each text file of the build, so that the server only has to pick one.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXT = /\.(js|css|svg|json|map|txt|webmanifest)$/
const SMALLEST_BYTES = 512

/** Compresses what the build wrote. index.html stays plain: the server writes the nonce into it. */
export function compress(): Plugin {
  let folder = 'dist/assets'
  return {
    name: 'slipway:compress',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.build.outDir, config.build.assetsDir)
    },
    closeBundle: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && TEXT.test(entry.name))
      await Promise.all(files.map((entry) => compressFile(join(entry.parentPath, entry.name))))
    },
  }
}

async function compressFile(path: string) {
  const content = await readFile(path)
  if (content.length < SMALLEST_BYTES) return
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(content, { level: 9 }),
  ])
  await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, gzipped)])
}
