// What the page that is shown says about itself: its title, the way to it, the object it is about, what can be done here.
// The top bar, the palette and the document's title read it.
import { useEffect, useSyncExternalStore } from 'react'
import type { IconName } from '@/ui/icon'

export interface Crumb {
  readonly title: string
  readonly to: string
}

/** An object that can be a favourite and is remembered as recent. */
export interface PageObject {
  /** `workspace`, `run`, `project` … */
  readonly kind: string
  readonly id: string
  readonly name: string
}

/** Something to do on this page; the palette offers it first. */
export interface PageAction {
  readonly id: string
  readonly title: string
  readonly icon: IconName
  readonly keys?: string
  readonly run: () => void
}

export interface Page {
  readonly title: string
  readonly crumbs: readonly Crumb[]
  readonly object: PageObject | null
  readonly actions: readonly PageAction[]
}

const NOTHING: Page = { title: '', crumbs: [], object: null, actions: [] }

let shown: Page = NOTHING
const watchers = new Set<() => void>()

function show(page: Page) {
  shown = page
  for (const watcher of watchers) watcher()
}

/** Says what the page is. `PageHead` calls it; call it yourself only on a page without one. */
export function usePage(page: Partial<Page> & { title: string }) {
  const { title, crumbs = [], object = null, actions = [] } = page
  const key = JSON.stringify([title, crumbs, object, actions.map((action) => [action.id, action.title])])
  useEffect(() => {
    show({ title, crumbs, object, actions })
    document.title = title ? `${title} · Slipway` : 'Slipway'
    return () => show(NOTHING)
    // The key holds everything that is compared; handlers of actions are read when they are used.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key])
}

/** The page that is shown. */
export function useShownPage(): Page {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => shown,
  )
}
