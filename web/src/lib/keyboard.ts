// The keyboard: bindings of what is shown, one listener for all of them. `?` lists them.
import { useEffect, useRef, useSyncExternalStore } from 'react'

/** Where a binding stands in the list of all. */
export type KeyGroup = 'Anywhere' | 'Go to' | 'This page' | 'Lists'

export interface Binding {
  /** `g w` one after the other, `Mod+K` together (`Mod` is Ctrl, and ⌘ on a Mac), `?`, `Enter`, `/`. */
  readonly keys: string
  /** What it does. */
  readonly title: string
  readonly group: KeyGroup
  /** False leaves the key to the browser. */
  readonly run: (event: KeyboardEvent) => boolean | void
  /** Also where text is typed and above dialogs. */
  readonly isEverywhere?: boolean
}

// How long the second key of `g w` may take.
const PATIENCE_MS = 1_000

interface Held {
  readonly latest: { readonly current: readonly Binding[] }
  /** Keys and titles: other ones are news for the list of all. */
  readonly shape: string
}

let held: readonly Held[] = []
const watchers = new Set<() => void>()
let begun = ''
let begunAt = 0

function change(to: readonly Held[]) {
  if (held.length === 0 && to.length > 0) window.addEventListener('keydown', press)
  if (to.length === 0) window.removeEventListener('keydown', press)
  held = to
  for (const watcher of watchers) watcher()
}

/** Binds keys while the component is shown. Of two bindings of the same keys the one that came last is meant. */
export function useKeys(bindings: readonly Binding[]) {
  const latest = useRef(bindings)
  useEffect(() => {
    latest.current = bindings
  })
  const shape = bindings.map((binding) => `${binding.keys} ${binding.title}`).join('\n')
  useEffect(() => {
    const mine = { latest, shape }
    change([...held, mine])
    return () => change(held.filter((one) => one !== mine))
  }, [shape])
}

/** Every binding that is in force, for the list of them. */
export function useBindings(): readonly Binding[] {
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => held,
  )
  const byKeys = new Map(all.flatMap((one) => one.latest.current.map((binding) => [binding.keys, binding] as const)))
  return [...byKeys.values()]
}

function press(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return
  const chord = chordOf(event)
  const isTyping = isTypedInto(event.target) || document.querySelector('[data-dialog]') !== null
  const sequence = begun !== '' && event.timeStamp - begunAt < PATIENCE_MS ? `${begun} ${chord}` : chord
  const all = held.flatMap((one) => one.latest.current).filter((binding) => !isTyping || binding.isEverywhere)
  const meant = all.findLast((binding) => binding.keys === sequence) ?? all.findLast((binding) => binding.keys === chord)
  const isBeginning = all.some((binding) => binding.keys.startsWith(`${chord} `))
  begun = !meant && isBeginning ? chord : ''
  begunAt = event.timeStamp
  if (meant && meant.run(event) !== false) event.preventDefault()
}

function chordOf(event: KeyboardEvent): string {
  const hasMod = event.ctrlKey || event.metaKey
  const key = event.key.length === 1 && hasMod ? event.key.toUpperCase() : event.key
  return [hasMod && 'Mod', event.altKey && 'Alt', event.shiftKey && event.key.length > 1 && 'Shift', key]
    .filter(Boolean)
    .join('+')
}

function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}
