// A shell in a unit over a WebSocket: text messages are small documents, binary ones what is typed and what is shown.

/** Where it stands. */
export type ShellState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open'; readonly unit: string }
  /** The shell ended by itself. */
  | { readonly phase: 'ended'; readonly exitCode: number }
  /** It did not begin, or was ended from outside. */
  | { readonly phase: 'failed'; readonly reason: string }

export interface ShellSize {
  readonly columns: number
  readonly rows: number
}

export interface ShellOptions {
  /** The id of the app. */
  readonly app: string
  /** The unit; the first that is ready without it. */
  readonly unit?: string
  readonly size: ShellSize
  /** What the terminal shall show. */
  readonly onOutput: (bytes: Uint8Array) => void
  readonly onState: (state: ShellState) => void
}

/** An open shell. */
export interface Shell {
  readonly type: (text: string) => void
  readonly resize: (size: ShellSize) => void
  /** Ends it: what runs in it is killed. */
  readonly close: () => void
}

type News = { readonly type: 'begun'; readonly unit: string } | { readonly type: 'ended'; readonly 'exit-code': number } | { readonly type: 'failed'; readonly reason: string }

const LOST = 'The connection broke, and the shell ended with it.'

/** Opens one. */
export function openShell({ app, unit, size, onOutput, onState }: ShellOptions): Shell {
  const address = new URL(`/api/v2/apps/${encodeURIComponent(app)}/shell`, window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(address)
  socket.binaryType = 'arraybuffer'
  let isOver = false
  const over = (state: ShellState) => {
    if (isOver) return
    isOver = true
    onState(state)
  }
  const tell = (order: object) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(order))
  let wanted = size
  socket.addEventListener('open', () => tell({ type: 'begin', terminal: wanted, reads: true, ...(unit && { unit }) }))
  socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
    // The first byte says to what it was written; a terminal shows both.
    if (typeof data !== 'string') return onOutput(new Uint8Array(data).subarray(1))
    const news = JSON.parse(data) as News
    if (news.type === 'begun') onState({ phase: 'open', unit: news.unit })
    else if (news.type === 'ended') over({ phase: 'ended', exitCode: news['exit-code'] })
    else over({ phase: 'failed', reason: news.reason })
  })
  socket.addEventListener('close', () => over({ phase: 'failed', reason: LOST }))
  onState({ phase: 'connecting' })
  return {
    type: (text) => socket.readyState === WebSocket.OPEN && socket.send(new TextEncoder().encode(text)),
    resize: (next) => {
      if (next.columns === wanted.columns && next.rows === wanted.rows) return
      wanted = next
      tell({ type: 'resize', ...next })
    },
    close: () => {
      isOver = true
      socket.close()
    },
  }
}
