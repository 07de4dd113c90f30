// A cable between the browser and the server that can be cut, or go silent as it does when the machine sleeps.
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Forwards connections to wherever the server listens. */
export class Wire {
  private readonly sockets = new Set<Socket>()
  /** Connections that a stream of events comes by. */
  private readonly streams = new Set<Socket>()
  private server: Server | null = null
  private port = 0
  private isSilent = false
  private isCut = false
  /** Connections of an earlier time than this stay silent for ever. */
  private forgotten = 0
  private opened = 0

  /** Listens; the address that the browser is given. */
  async start(): Promise<string> {
    const server = createServer((socket) => this.forward(socket))
    this.server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** Forwards to this server from now on. */
  connect(url: string) {
    this.port = Number(new URL(url).port)
  }

  private forward(near: Socket) {
    if (this.isCut) return void near.destroy()
    const far = connect(this.port, '127.0.0.1')
    const opened = this.opened
    near.on('data', (bytes) => {
      if (/^GET \S+\/stream\b/.test(bytes.toString('latin1'))) this.streams.add(near).add(far)
    })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from)
      from.on('data', (bytes) => {
        if (!this.isSilent && opened >= this.forgotten) to.write(bytes)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.sockets.delete(from)
        this.streams.delete(from)
        to.destroy()
      })
    }
  }

  /** Nothing goes through, and nobody is told. */
  silence() {
    this.isSilent = true
  }

  /** As a machine that woke: idle connections are closed, streams stay silent for ever, new connections work. */
  wake() {
    this.opened += 1
    this.forgotten = this.opened
    this.isSilent = false
    for (const socket of this.sockets) if (!this.streams.has(socket)) socket.destroy()
  }

  /** Breaks all connections and takes no new ones. */
  cut() {
    this.isCut = true
    this.breakAll()
  }

  /** As new: what was silent is broken now, and new connections work. */
  mend() {
    this.breakAll()
    this.isSilent = false
    this.isCut = false
  }

  private breakAll() {
    for (const socket of this.sockets) socket.destroy()
  }

  stop() {
    this.breakAll()
    this.server?.close()
  }
}
