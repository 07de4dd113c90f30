// Waiting for conditions, with a limit. Nothing here waits for a time alone.

const LOOK_EVERY_MS = 25

/** Asks again and again until there is an answer that is not empty. */
export async function until<T>(what: string, look: () => T | Promise<T>, limit = 60_000): Promise<NonNullable<T>> {
  const end = Date.now() + limit
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<T>
    if (Date.now() > end) throw new Error(`after ${limit / 1000} s still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
