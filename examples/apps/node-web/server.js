// Answers with a line. It ends when it is told to, after what it has begun.
import { createServer } from 'node:http'

const { PORT = '8888', GREETING = 'Hello', SLIPWAY_APP = 'node-web', NODE_ENV } = process.env

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(request.url === '/healthz' ? 'well\n' : `${GREETING} from ${SLIPWAY_APP}, ${NODE_ENV}\n`)
})
server.listen(Number(PORT), () => console.log(`listening at ${PORT}`))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
