// What the user arranged: columns, saved views, favourites, what was used last. Kept on the server for every browser of
// the user, and in this browser for the moment before it answers, or where the server keeps none.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { MEDIA_TYPE, send } from './client'

const PATH = '/api/v2/account/preferences'
const KEY = ['preferences'] as const
const LOCAL = 'slipway-preference.'

type Preferences = Readonly<Record<string, unknown>>

/** The value of `key` (`[a-z0-9.-]`, at most 64), and how to change it. Changing is optimistic and never fails loudly. */
export function usePreference<Value>(key: string, fallback: Value): readonly [Value, (value: Value) => void] {
  const queries = useQueryClient()
  const { data } = useQuery({ queryKey: KEY, queryFn: readAll, staleTime: Infinity, retry: false })
  const stored = data === undefined || data[key] === undefined ? local(key) : data[key]
  const change = useCallback(
    (value: Value) => {
      queries.setQueryData<Preferences>(KEY, (before) => ({ ...before, [key]: value }))
      keepLocally(key, value)
      later(key, value)
    },
    [queries, key],
  )
  return [(stored ?? fallback) as Value, change]
}

/** Whether the server's values are known: until then lists must not be added to. */
export function usePreferencesKnown(): boolean {
  return useQuery({ queryKey: KEY, queryFn: readAll, staleTime: Infinity, retry: false }).isSuccess
}

async function readAll(): Promise<Preferences> {
  // A person has a hundred at most: one page.
  const address = new URL(`${PATH}?page[size]=100`, window.location.origin)
  const response = await send(new Request(address, { headers: { accept: MEDIA_TYPE } }))
  if (!response.ok) return {}
  const body = (await response.json()) as { data?: readonly { id: string; attributes?: { value?: unknown } }[] }
  return Object.fromEntries((body.data ?? []).map(({ id, attributes }) => [id, attributes?.value]))
}

// Dragging a divider changes a value many times a second; the server needs only the last.
const GATHER_MS = 400
const waiting = new Map<string, ReturnType<typeof setTimeout>>()

function later(key: string, value: unknown) {
  clearTimeout(waiting.get(key))
  waiting.set(
    key,
    setTimeout(() => void write(key, value), GATHER_MS),
  )
}

async function write(key: string, value: unknown) {
  const body = JSON.stringify({ data: { id: key, type: 'preferences', attributes: { value } } })
  const address = new URL(`${PATH}/${encodeURIComponent(key)}`, window.location.origin)
  const request = new Request(address, { method: 'PUT', body, headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE } })
  // It stands in this browser; an arrangement is not worth a message.
  await send(request).catch(() => undefined)
}

function local(key: string): unknown {
  try {
    const text = localStorage.getItem(LOCAL + key)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function keepLocally(key: string, value: unknown) {
  try {
    localStorage.setItem(LOCAL + key, JSON.stringify(value))
  } catch {
    // Storage is full or forbidden; the server has it.
  }
}
