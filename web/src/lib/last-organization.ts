// Which organization was open last in this browser: where `/app` leads.

const KEY = 'slipway-organization'

export function lastOrganization(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function rememberOrganization(name: string) {
  try {
    localStorage.setItem(KEY, name)
  } catch {
    // Without storage the first one is opened; nothing is lost.
  }
}
