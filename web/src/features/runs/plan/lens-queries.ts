// The plan lens as queries: the index once for a plan, an arrangement for each filter.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { errorOf, offline } from '@/api/errors'
import { signIn } from '@/api/session'
import { answer, type Question, type Reply } from './answer'
import type { Arrangement, Lens } from './arrange'
import type { LensIndex } from './index'

const addressOfPlan = (plan: string) => `/api/v2/plans/${encodeURIComponent(plan)}/changes`

/** All changes of a plan. They never change. */
export const lensIndex = (plan: string) =>
  queryOptions({
    queryKey: ['plan-lens', plan] as const,
    queryFn: async (): Promise<LensIndex> => {
      const reply = await ask({ kind: 'open', address: addressOfPlan(plan) })
      if (reply.kind !== 'opened') throw unexpected(reply)
      return reply.index
    },
    staleTime: Infinity,
    gcTime: 60_000,
    // Typed arrays are compared in no time when they are not compared.
    structuralSharing: false,
  })

/** The changes that `lens` shows. */
export const lensArrangement = (plan: string, lens: Lens) =>
  queryOptions({
    queryKey: ['plan-lens', plan, lens] as const,
    queryFn: async (): Promise<Arrangement> => {
      const reply = await ask({ kind: 'arrange', address: addressOfPlan(plan), lens })
      if (reply.kind !== 'arranged') throw unexpected(reply)
      return reply.arrangement
    },
    staleTime: Infinity,
    gcTime: 10_000,
    placeholderData: keepPreviousData,
    structuralSharing: false,
  })

function unexpected(reply: Reply): Error {
  if (reply.kind !== 'refused' || reply.status === 0) return offline()
  if (reply.status === 401) signIn()
  const headers = reply.requestId ? { 'x-request-id': reply.requestId } : undefined
  return errorOf(new Response(null, { status: reply.status, headers }), reply.body)
}

let worker: Worker | undefined
let count = 0
const waiting = new Map<number, (reply: Reply) => void>()

/** Starts the worker before it is needed. */
export function prepareLens() {
  if (typeof Worker !== 'undefined') workerOf()
}

async function ask(question: Question): Promise<Reply> {
  if (typeof Worker === 'undefined') return (await answer(question)).reply
  const id = ++count
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    // A worker's messages have no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    workerOf().postMessage({ id, question })
  })
}

function workerOf(): Worker {
  if (worker) return worker
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; reply: Reply }>) => {
    waiting.get(data.id)?.(data.reply)
    waiting.delete(data.id)
  })
  return worker
}
