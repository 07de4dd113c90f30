// The tree of pages: the frames are here, what stands in them comes from the features.
import type { QueryClient } from '@tanstack/react-query'
import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { get } from '@/api/query'
import { addresses } from '@/lib/addresses'
import type { Feature, NavigationGroup, Place } from '@/lib/feature'
import { AloneError, PageError, PageMissing, PagePending } from './outcomes'
import { landing } from './landing'
import { parseSearch, stringifySearch } from '@/lib/search-text'
import { FirstOfSection, SectionFrame } from './section'
import { Shell } from './shell'

/** The router of all features. Data is read through `queries`. */
export function newRouter(features: readonly Feature[], queries: QueryClient) {
  return createRouter({
    routeTree: tree(features, queries),
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingMinMs: 200,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: PageMissing,
    scrollRestoration: true,
    defaultStructuralSharing: true,
  })
}

function tree(features: readonly Feature[], queries: QueryClient): AnyRoute {
  const below = (place: Place, parent: AnyRoute): AnyRoute[] =>
    features.flatMap((feature) => feature.routes?.[place]?.(parent) ?? [])

  const root = createRootRoute({ component: Outlet, errorComponent: AloneError })
  const slash = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/app', replace: true })
    },
  })
  const app = createRoute({
    getParentRoute: () => root,
    path: 'app',
    component: Shell,
    errorComponent: AloneError,
    loader: () => queries.ensureQueryData(get('/api/v2/account/details')),
  })
  const home = createRoute({ getParentRoute: () => app, path: '/', ...landing(queries) })
  const components = createRoute({
    getParentRoute: () => app,
    path: 'components',
    component: lazyRouteComponent(() => import('./components/page')),
  })

  const account = createRoute({ getParentRoute: () => app, path: 'account', component: AccountFrame })
  const admin = createRoute({ getParentRoute: () => app, path: 'admin', component: AdminFrame })
  const organization = createRoute({
    getParentRoute: () => app,
    path: '$organization',
    loader: ({ params }) => queries.ensureQueryData(get('/api/v2/organizations/{organization}', { params: { path: params } })),
  })
  const settings = createRoute({ getParentRoute: () => organization, path: 'settings', component: SettingsFrame })
  const workspaceFrame = features.find((feature) => feature.workspaceFrame)?.workspaceFrame
  const workspace = createRoute({
    getParentRoute: () => organization,
    path: 'workspaces/$workspace',
    ...(workspaceFrame && { component: workspaceFrame }),
  })

  const repositoryFrame = features.find((feature) => feature.repositoryFrame)?.repositoryFrame
  const repository = createRoute({
    getParentRoute: () => organization,
    path: 'repositories/$repository',
    ...(repositoryFrame && { component: repositoryFrame }),
  })

  const templateFrame = features.find((feature) => feature.templateFrame)?.templateFrame
  const template = createRoute({
    getParentRoute: () => organization,
    path: 'templates/$template',
    ...(templateFrame && { component: templateFrame }),
  })

  const resourceFrame = features.find((feature) => feature.resourceFrame)?.resourceFrame
  const resource = createRoute({
    getParentRoute: () => organization,
    path: 'resources/$resource',
    ...(resourceFrame && { component: resourceFrame }),
  })

  const executorFrame = features.find((feature) => feature.executorFrame)?.executorFrame
  const executor = createRoute({
    getParentRoute: () => organization,
    path: 'executors/$executor',
    ...(executorFrame && { component: executorFrame }),
  })

  const appFrame = features.find((feature) => feature.appFrame)?.appFrame
  const oneApp = createRoute({
    getParentRoute: () => organization,
    path: 'apps/$app',
    ...(appFrame && { component: appFrame }),
  })

  return root.addChildren([
    slash,
    app.addChildren([
      home,
      components,
      ...below('top', app),
      account.addChildren([first(account, 'account'), ...below('account', account)]),
      admin.addChildren([first(admin, 'admin'), ...below('admin', admin)]),
      organization.addChildren([
        settings.addChildren([first(settings, 'settings'), ...below('settings', settings)]),
        workspace.addChildren(below('workspace', workspace)),
        repository.addChildren(below('repository', repository)),
        template.addChildren(below('template', template)),
        resource.addChildren(below('resource', resource)),
        executor.addChildren(below('executor', executor)),
        oneApp.addChildren(below('app', oneApp)),
        printedRun(organization),
        ...below('organization', organization),
      ]),
    ]),
  ])
}

function AccountFrame() {
  return <SectionFrame group="account" title="Account" />
}

function AdminFrame() {
  return <SectionFrame group="admin" title="Site administration" />
}

function SettingsFrame() {
  return <SectionFrame group="settings" title="Settings" />
}

/** The first page of a section that the caller may see. */
function first(parent: AnyRoute, group: NavigationGroup): AnyRoute {
  return createRoute({ getParentRoute: () => parent, path: '/', component: () => <FirstOfSection group={group} /> })
}

/** The address that OpenTofu's cloud client prints for a run. */
function printedRun(organization: AnyRoute): AnyRoute {
  return createRoute({
    getParentRoute: () => organization,
    path: '$workspace/runs/$run',
    beforeLoad: ({ params }) => {
      const { organization: name, workspace, run } = params as Record<'organization' | 'workspace' | 'run', string>
      throw redirect({ to: addresses.run(name, workspace, run), replace: true })
    },
  })
}
