// Starts the console.
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from '@/api/errors'
import { hub, keepFresh } from '@/api/events'
import { newQueryClient } from '@/api/query'
import { newRouter } from '@/app/router'
import { features } from '@/app/routes'
import { organizationIn } from '@/lib/addresses'
import { FeaturesProvider } from '@/lib/features'
import { UiProvider } from '@/ui/provider'

const queries = newQueryClient()
const router = newRouter(features, queries)
keepFresh(hub, queries, features.flatMap((feature) => feature.stale ?? []))
// Before the page asks for anything: what is read once the stream has begun need not be read again.
hub.follow(organizationIn(window.location.pathname))

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element "root".')
createRoot(root, {
  // A refusal is no defect: the page says it. Everything else is written down as always.
  onCaughtError: (error, { componentStack }) => {
    // oxlint-disable-next-line no-console
    if (!(error instanceof ApiError)) console.error(error, componentStack)
  },
}).render(
  <StrictMode>
    <UiProvider>
      <QueryClientProvider client={queries}>
        <FeaturesProvider value={features}>
          <RouterProvider router={router} />
        </FeaturesProvider>
      </QueryClientProvider>
    </UiProvider>
  </StrictMode>,
)
