// The other side of a webhook: takes what it is sent, remembers it, and answers as it is told.
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One delivery. */
interface Delivery {
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** A server at a port of the system's choice. */
export class Receiver {
  readonly deliveries: Delivery[] = []
  /** What it answers. */
  status = 200
  url = ''

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer()
    const receiver = new Receiver(server)
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        receiver.deliveries.push({ body, headers: request.headers })
        response.writeHead(receiver.status).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slipway`
    return receiver
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** Whether one of the signatures in `header` was made with `secret`. */
export function isSigned({ body, headers }: Delivery, secret: string): boolean {
  const header = String(headers['slipway-signature'] ?? '')
  const time = /t=(\d+)/.exec(header)?.[1] ?? ''
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return [...header.matchAll(/v1=([0-9a-f]+)/g)].some(([, signature]) => signature === expected)
}
