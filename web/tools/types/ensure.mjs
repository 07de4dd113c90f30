// Makes src/api/schema.d.ts from the API's OpenAPI document when it is missing or older than the document. It is not
// committed: the document is its only source. What has a default may be left out. The generator has its own package,
// because it needs an older TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const document = join(here, '../../../docs/reference/openapi.json')
const schema = join(here, '../../src/api/schema.d.ts')

function isFresh() {
  return existsSync(schema) && statSync(schema).mtimeMs >= statSync(document).mtimeMs
}

if (process.argv.includes('--force') || !isFresh()) {
  if (!existsSync(join(here, 'node_modules'))) {
    const install = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: here, stdio: 'inherit' })
    if (install.status !== 0) process.exit(install.status ?? 1)
  }
  const { default: openapiTS, astToString } = await import('openapi-typescript')
  const types = await openapiTS(JSON.parse(readFileSync(document, 'utf8')), { alphabetize: true, rootTypes: false, defaultNonNullable: false })
  mkdirSync(dirname(schema), { recursive: true })
  writeFileSync(schema, `// Made by \`npm run types\` from docs/reference/openapi.json.\n${astToString(types)}`)
}
