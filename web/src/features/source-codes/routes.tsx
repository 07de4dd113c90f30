// The catalog's source codes, what each of their modules takes and gives, and the versions of templates that are made of them.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import type { Feature } from '@/lib/feature'
import { staleModules, staleSourceCodes } from './queries'
import { staleVersions } from './versions/queries'

export const sourceCodes: Feature = {
  routes: {
    organization: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'source-code', component: lazyRouteComponent(() => import('./list/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'source-code/new', component: lazyRouteComponent(() => import('./create/page')) }),
      createRoute({ getParentRoute: () => parent, path: 'source-code/$sourceCode', component: lazyRouteComponent(() => import('./one/page')) }),
    ],
    template: (parent) => [
      createRoute({ getParentRoute: () => parent, path: 'versions', component: lazyRouteComponent(() => import('./versions/list')) }),
      createRoute({ getParentRoute: () => parent, path: 'versions/$version', component: lazyRouteComponent(() => import('./versions/page')) }),
    ],
  },
  tabs: [{ of: 'template', title: 'Versions', path: 'versions', order: 10 }],
  navigation: [{ group: 'catalog', title: 'Source code', icon: 'file', order: 50, to: addresses.sourceCodes }],
  actions: [
    { id: 'source-code.create', title: 'New source code', icon: 'file', words: 'module repository git catalog', to: addresses.newSourceCode },
  ],
  stale: ({ attributes }) => {
    const kind = attributes['object-kind']
    if (kind === 'source-code') return staleSourceCodes
    if (kind === 'source-code-version') return [...staleVersions, ...staleSourceCodes]
    // What it shows of its repository, and who uses it.
    if (kind === 'repository') return [...staleSourceCodes, ...(attributes.action === 'repository.pushed' ? staleModules : [])]
    return kind === 'template' ? staleSourceCodes : []
  },
}
