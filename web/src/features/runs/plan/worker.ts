// Reads, filters and groups the changes of plans away from the page's thread.
import { answer, type Question } from './answer'

const scope = self as unknown as {
  onmessage: (message: MessageEvent<{ id: number; question: Question }>) => void
  postMessage: (message: unknown, transfer: Transferable[]) => void
}

scope.onmessage = ({ data: { id, question } }) => {
  void answer(question).then(({ reply, buffers }) => scope.postMessage({ id, reply }, buffers))
}
