// What a slice of the console gives: its pages, where they stand in the navigation, what the palette and the keyboard can
// do, and which of its queries an event makes stale. One folder, one line in app/routes.tsx.
import type { QueryKey } from '@tanstack/react-query'
import type { AnyRoute, RouteComponent } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import type { LiveEvent } from '@/api/events'
import type { ResourceOf } from '@/api/query'
import type { IconName } from '@/ui/icon'

/** What pages can stand below; each has its frame already. `workspace`, `repository`, `template`, `resource`, `executor` and `app` are one of them with its tabs. */
export type Place = 'organization' | 'workspace' | 'repository' | 'template' | 'resource' | 'executor' | 'app' | 'settings' | 'account' | 'admin' | 'top'

/** Makes routes below `parent` with `createRoute({ getParentRoute: () => parent, … })`. Pages are lazy. */
export type Routes = (parent: AnyRoute) => readonly AnyRoute[]

/** Who looks, and at which organization: to leave out what the caller may not do. */
export interface Caller {
  readonly user: ResourceOf<'User'>
  readonly organization: ResourceOf<'Organization'> | null
}

/** Where an entry stands. The first four are groups of the side, the others lists beside settings, account and admin. */
export type NavigationGroup =
  | 'main'
  | 'infrastructure'
  | 'catalog'
  | 'apps'
  | 'end'
  | 'settings'
  | 'account'
  | 'admin'

export interface NavigationEntry {
  readonly group: NavigationGroup
  readonly title: string
  readonly icon: IconName
  /** The address, for the organization that is open (empty outside of one). */
  readonly to: (organization: string) => string
  /** Where it stands in its group; small numbers first. */
  readonly order: number
  /** Keys that go there, `g w`. */
  readonly keys?: string
  /** A number behind the title: `<NavigationCount value={7} isMine />`. */
  readonly badge?: ComponentType<{ organization: string }>
  /** Whether the caller can do anything there; shown to everybody otherwise. */
  readonly isShown?: (caller: Caller) => boolean
}

/** Something the palette offers anywhere: a page to open or a thing to do. */
export interface Action {
  /** Stable, `workspace.create`: what was used last is kept by it. */
  readonly id: string
  /** A verb first: `New workspace`. */
  readonly title: string
  readonly icon: IconName
  /** More words to find it by. */
  readonly words?: string
  readonly keys?: string
  /** Where it leads … */
  readonly to?: (organization: string) => string
  /** … or what it does. */
  readonly run?: (organization: string) => void
  readonly isOffered?: (caller: Caller) => boolean
}

/** A tab of another slice's page, as the runs of a workspace. */
export interface Tab {
  readonly of: 'workspace' | 'repository' | 'template' | 'resource' | 'executor' | 'app'
  readonly title: string
  /** Last part of the address; empty for the first tab. */
  readonly path: string
  readonly order: number
  readonly badge?: ComponentType<{ organization: string; workspace: string }>
}

export interface Feature {
  readonly routes?: Partial<Readonly<Record<Place, Routes>>>
  readonly navigation?: readonly NavigationEntry[]
  readonly actions?: readonly Action[]
  readonly tabs?: readonly Tab[]
  /** The frame around all tabs of one workspace; lazy, renders `<Outlet />`. Only one feature gives it. */
  readonly workspaceFrame?: RouteComponent
  /** The same of one repository. */
  readonly repositoryFrame?: RouteComponent
  /** And of one template of the catalog. */
  readonly templateFrame?: RouteComponent
  /** Of one resource. */
  readonly resourceFrame?: RouteComponent
  /** Of one executor. */
  readonly executorFrame?: RouteComponent
  /** Of one app. */
  readonly appFrame?: RouteComponent
  /** Which queries an event makes stale; see `stale` of api/query. */
  readonly stale?: (event: LiveEvent) => readonly QueryKey[]
}
