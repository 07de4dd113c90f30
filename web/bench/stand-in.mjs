// A server before the server: passes everything on, and answers itself for plans and logs that are larger than a bench can
// wait for. Run alone it stands before a server under development:
//   node bench/stand-in.mjs --server http://127.0.0.1:8080 --port 8081 --changes 100000 --lines 1000000
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { logLine, planChange, planChanges } from './generated.mjs'

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.html': 'text/html; charset=utf-8' }

/** Starts it. `plan` and `log` are ids whose changes and log are generated; `dist` serves the console from there. */
export async function standIn({ server, port = 0, changes = 0, lines = 0, isFor = () => true, dist = null }) {
  const target = new URL(server)
  const index = changes > 0 ? planChanges(changes) : null
  const packed = index && gzipSync(JSON.stringify(index))
  const http = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', target)
    const own = isFor(url.pathname) ? generated(url, { index, packed, lines }) : null
    if (own) return answer(outgoing, own)
    if (dist && file(dist, url.pathname, outgoing)) return undefined
    // A run of a generated plan says that its changes are there.
    const isRun = index !== null && isFor(url.pathname) && /^\/api\/v2\/runs\/[^/]+$/.test(url.pathname)
    return pass(target, incoming, outgoing, isRun ? (text) => text.replaceAll('"changes-available":false', '"changes-available":true') : null)
  })
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve))
  const close = () => {
    http.closeAllConnections()
    return new Promise((resolve) => http.close(resolve))
  }
  return { url: `http://127.0.0.1:${http.address().port}`, close }
}

function generated(url, { index, packed, lines }) {
  const path = url.pathname
  if (index && /^\/api\/v2\/plans\/[^/]+\/changes$/.test(path)) return { packed }
  const [, number] = /^\/api\/v2\/plans\/[^/]+\/changes\/(\d+)$/.exec(path) ?? []
  if (index && number !== undefined) return { body: planChange(index, Number(number)) }
  if (lines === 0) return null
  if (path.endsWith('/log/lines')) return { body: linesOf(url.searchParams, lines) }
  if (path.endsWith('/log/search')) return { body: found(url.searchParams, lines) }
  return null
}

function linesOf(query, total) {
  const last = Number(query.get('last') ?? 0)
  const first = last > 0 ? Math.max(1, total - last + 1) : Number(query.get('first') ?? 1)
  const count = last > 0 ? Math.min(last, total) : Math.min(Number(query.get('count') ?? 500), total - first + 1)
  const lines = Array.from({ length: Math.max(0, count) }, (_, at) => logLine(first + at))
  return { 'total-lines': total, 'first-line': first, lines, 'cut-lines': [], offset: 0, 'end-offset': 0, 'is-complete': true }
}

function found(query, total) {
  const text = (query.get('query') ?? '').toLowerCase()
  const lines = []
  let count = 0
  for (let number = 1; number <= total; number++) {
    // oxlint-disable-next-line no-control-regex
    if (!logLine(number).replaceAll(/\u001b\[[0-9;]*m/g, '').toLowerCase().includes(text)) continue
    count += 1
    if (lines.length < 10_000) lines.push(number)
  }
  return { lines, total: count, 'searched-lines': total, 'is-complete': true }
}

function answer(outgoing, { body, packed }) {
  const bytes = packed ?? Buffer.from(JSON.stringify(body))
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length, ...(packed && { 'content-encoding': 'gzip' }) })
  outgoing.end(bytes)
}

/** The console as it was built; pages are index.html. */
function file(dist, path, outgoing) {
  const isPage = path === '/' || /^\/app(\/|$)/.test(path)
  const name = join(dist, isPage ? 'index.html' : path)
  if (!name.startsWith(dist) || !existsSync(name) || !statSync(name).isFile()) return false
  outgoing.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'cache-control': isPage ? 'no-cache' : 'max-age=31536000, immutable' })
  createReadStream(name).pipe(outgoing)
  return true
}

function pass(target, incoming, outgoing, change) {
  const headers = change ? { ...incoming.headers, 'accept-encoding': 'identity' } : incoming.headers
  const onward = request({ host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers }, (response) => {
    if (!change) {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      return response.pipe(outgoing)
    }
    const parts = []
    response.on('data', (part) => parts.push(part))
    response.on('end', () => {
      const body = Buffer.from(change(Buffer.concat(parts).toString()))
      outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, 'content-length': body.length })
      outgoing.end(body)
    })
    return undefined
  })
  onward.on('error', () => outgoing.writeHead(502).end())
  incoming.pipe(onward)
  outgoing.on('close', () => onward.destroy())
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`)
    return at < 0 ? fallback : process.argv[at + 1]
  }
  const started = await standIn({
    server: option('server', 'http://127.0.0.1:8080'),
    port: Number(option('port', '8081')),
    changes: Number(option('changes', '0')),
    lines: Number(option('lines', '0')),
  })
  process.stdout.write(`${started.url}\n`)
}
