// Reads, filters and groups the changes of plans away from the page's thread.
import { answer, type Question } from './answer'

// The console's types are those of pages; a worker's `postMessage` takes no target.
const post = self.postMessage.bind(self) as unknown as (message: unknown, transfer: Transferable[]) => void

self.addEventListener('message', ({ data: { id, question } }: MessageEvent<{ id: number; question: Question }>) => {
  void answer(question).then(({ reply, buffers }) => post({ id, reply }, buffers))
})
