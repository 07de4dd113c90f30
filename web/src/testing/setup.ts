// What every component test starts from.
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// Of machines that do other things, too.
configure({ asyncUtilTimeout: 5000 })

afterEach(cleanup)

// What jsdom has not, and the theme, Mantine and the router ask for. Tests of the build run without a window.
if (typeof window !== 'undefined') {
  window.matchMedia ??= (query: string) =>
    ({
      matches: false,
      media: query,
      onchange: null,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
      dispatchEvent: () => false,
    }) as MediaQueryList
  window.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  Element.prototype.scrollIntoView ??= () => undefined
  window.scrollTo = () => undefined
}
