// A clock that many texts share: one timer for each pace, none when nothing runs.
import { useSyncExternalStore } from 'react'

interface Ticker {
  readonly watch: (watcher: () => void) => () => void
  readonly now: () => number
}

const tickers = new Map<number, Ticker>()

/** The time, renewed every `pace` milliseconds while it is shown; null never renews it. */
export function useNow(pace: number | null): number {
  const ticker = tickerOf(pace)
  return useSyncExternalStore(ticker.watch, ticker.now)
}

function tickerOf(pace: number | null): Ticker {
  const key = pace ?? 0
  const known = tickers.get(key)
  if (known) return known
  const made = newTicker(pace)
  tickers.set(key, made)
  return made
}

function newTicker(pace: number | null): Ticker {
  const watchers = new Set<() => void>()
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    now = Date.now()
    for (const watcher of watchers) watcher()
  }
  return {
    watch: (watcher) => {
      watchers.add(watcher)
      if (pace !== null) timer ??= setInterval(tick, pace)
      return () => {
        watchers.delete(watcher)
        if (watchers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    now: () => {
      // Nobody watched for a while: what is shown first must not be old.
      if (watchers.size === 0 && Date.now() - now > (pace ?? 60_000)) now = Date.now()
      return now
    },
  }
}

/** The time for a text about `then`: renewed each second while that is less than a minute away, seldom otherwise. */
export function useNowNear(then: number): number {
  const seldom = useNow(15_000)
  const often = useNow(Math.abs(seldom - then) < 75_000 ? 1_000 : null)
  return Math.max(seldom, often)
}
