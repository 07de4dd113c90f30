// Which integration somebody went away to allow at the other side, so that he is told how it went when he is back.

const KEY = 'slipway-authorizing'

/** Remembers, in this tab, that it is being allowed. */
export function goAway(integration: string) {
  try {
    sessionStorage.setItem(KEY, integration)
  } catch {
    // Without storage nothing is said when he is back; the page shows how it stands.
  }
}

/** Whether the tab went away for this one. */
export function wentAwayFor(integration: string): boolean {
  try {
    return sessionStorage.getItem(KEY) === integration
  } catch {
    return false
  }
}

/** It was said. */
export function forget() {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // There was nothing.
  }
}
