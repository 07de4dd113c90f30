// Shows a component as the console would: with the theme, a cache of its own, and a router around it.
import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { act, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { newQueryClient } from '@/api/query'
import { parseSearch, stringifySearch } from '@/lib/search-text'
import { UiProvider } from '@/ui/provider'

interface Options {
  /** The address it is shown at; parts with names are `useParam`'s. */
  path?: string
  at?: string
}

/** Shows `content`, and gives the user, the router and the container. */
export async function show(content: ReactNode, { path = '/$', at = '/here' }: Options = {}) {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path, component: () => content })
  const history = createMemoryHistory({ initialEntries: [at] })
  const router = createRouter({ routeTree: root.addChildren([page]), history, parseSearch, stringifySearch })
  const queries = newQueryClient()
  queries.setDefaultOptions({ queries: { retry: false } })
  const user = userEvent.setup()
  const shown = render(
    <UiProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </UiProvider>,
  )
  await act(() => router.load())
  return { ...shown, user, router, queries }
}
