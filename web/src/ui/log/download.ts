// The whole log as a file: in parts, because the server gives it in parts, without the marks of TFE's protocol at its ends.
import { errorFrom } from '@/api/errors'

const PART_BYTES = 4 << 20
const STX = 2
const ETX = 3

/** Reads the log at `address` and lets the browser save it as `name`. */
export async function downloadLog(address: string, name: string) {
  const file = URL.createObjectURL(new Blob(await parts(address), { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = file
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(file), 10_000)
}

async function parts(address: string): Promise<ArrayBuffer[]> {
  const found: ArrayBuffer[] = []
  for (let offset = 0; ; ) {
    const response = await fetch(`${address}?offset=${offset}&limit=${PART_BYTES}`)
    if (!response.ok) throw await errorFrom(response)
    const part = new Uint8Array(await response.arrayBuffer())
    if (part.length === 0) return found
    const isEnd = part.at(-1) === ETX
    found.push(part.slice(offset === 0 && part[0] === STX ? 1 : 0, isEnd ? -1 : part.length).buffer)
    if (isEnd) return found
    offset += part.length
  }
}
