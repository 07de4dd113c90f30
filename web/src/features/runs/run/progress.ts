// How far an apply is, resource by resource: read from the engine's journal, followed while it is written.
import { useEffect, useState } from 'react'
import { pause, stream } from '@/api/stream'
import type { Schema } from '@/api/query'

/** One step of the apply; a replacement has two. */
export type ResourceStep = Schema<'AppliedResource'>

/** The newest step of each address, and how many are in which state. */
export interface ApplyProgress {
  readonly byAddress: ReadonlyMap<string, ResourceStep>
  readonly running: readonly ResourceStep[]
  readonly errored: readonly ResourceStep[]
  /** Steps that were done. */
  readonly done: number
}

export const NO_PROGRESS: ApplyProgress = { byAddress: new Map(), running: [], errored: [], done: 0 }

/** Folds steps; later ones overrule. Pure. */
export function folded(steps: Iterable<ResourceStep>): ApplyProgress {
  const byStep = new Map<string, ResourceStep>()
  const byAddress = new Map<string, ResourceStep>()
  for (const step of steps) {
    byStep.set(`${step.address} ${step.action}`, step)
    byAddress.set(step.address, step)
  }
  const all = [...byStep.values()]
  return {
    byAddress,
    running: all.filter((step) => step.status === 'running'),
    errored: all.filter((step) => step.status === 'errored'),
    done: all.filter((step) => step.status === 'done').length,
  }
}

const RETRY_MS = 1_000
// Thousands of resources end in a second: they are shown together.
const GATHER_MS = 60

/** Null until the first part is there, or when the server keeps none. */
export function useApplyProgress(apply: string, isWanted: boolean): ApplyProgress | null {
  const [progress, setProgress] = useState<ApplyProgress | null>(null)
  useEffect(() => {
    if (!isWanted || apply === '') return
    const closing = new AbortController()
    const steps = new Map<string, ResourceStep>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const add = (resources: readonly ResourceStep[]) => {
      for (const step of resources) steps.set(`${step.address} ${step.action}`, step)
      timer ??= setTimeout(() => {
        timer = undefined
        setProgress(folded(steps.values()))
      }, GATHER_MS)
    }
    void follow(`/api/v2/applies/${encodeURIComponent(apply)}/resources`, closing.signal, add).catch(() => undefined)
    return () => {
      closing.abort()
      clearTimeout(timer)
    }
  }, [apply, isWanted])
  return progress
}

/** Reads to the end, and after every break from where it was. */
async function follow(address: string, signal: AbortSignal, add: (steps: readonly ResourceStep[]) => void) {
  const place = { cursor: 0 }
  while (!signal.aborted) {
    if (await read(address, place, signal, add).catch(() => false)) return
    await pause(RETRY_MS)
  }
}

/** Whether there is nothing more to come. */
async function read(address: string, place: { cursor: number }, signal: AbortSignal, add: (steps: readonly ResourceStep[]) => void) {
  for (;;) {
    const response = await fetch(`${address}?after=${place.cursor}`, { signal, headers: { accept: 'application/json' } })
    if (!response.ok) return response.status < 500
    const part = (await response.json()) as Schema<'AppliedResources'>
    add(part.resources)
    place.cursor = part.next
    if (part['is-complete']) return true
    if (part.resources.length === 0) break
  }
  for await (const message of stream(`${address}/stream`, { signal, lastEventId: String(place.cursor) })) {
    if (message.event === 'end') return true
    if (message.event !== 'resources') continue
    place.cursor = Number(message.id)
    add(JSON.parse(message.data) as ResourceStep[])
  }
  return false
}
