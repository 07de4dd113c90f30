import { readFileSync, writeFileSync } from 'node:fs'
const { default: openapiTS, astToString } = await import('openapi-typescript')
const types = await openapiTS(JSON.parse(readFileSync('/tmp/wlog/openapi.json', 'utf8')), { alphabetize: true, rootTypes: false })
writeFileSync('/tmp/h/w/web/src/api/schema.d.ts', `// local\n${astToString(types)}`)
