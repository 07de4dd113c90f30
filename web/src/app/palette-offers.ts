// What the palette can offer without asking the server: the page's actions, favourites and recent objects, pages, actions.
import { useFavourites, useRecent, type Used } from '@/api/used'
import { useFeatures } from '@/lib/features'
import { objectIcon, objectWord } from '@/lib/objects'
import { useShownPage } from '@/lib/page'
import type { IconName } from '@/ui/icon'
import { useCaller, useCurrentOrganization } from './caller'

export type OfferGroup = 'Here' | 'Favourites' | 'Recent' | 'Objects' | 'Actions' | 'Pages'

/** One line of the palette. */
export interface Offer {
  readonly key: string
  readonly group: OfferGroup
  readonly title: string
  readonly icon: IconName
  /** More to find it by. */
  readonly words: string
  readonly detail?: string
  readonly keys?: string
  readonly to?: string
  readonly run?: () => void
}

/** All of them, unfiltered. */
export function useOffers(): readonly Offer[] {
  const caller = useCaller()
  const page = useShownPage()
  const features = useFeatures()
  const organization = useCurrentOrganization()
  const [recent] = useRecent()
  const [favourites] = useFavourites()
  const here = page.actions.map(
    ({ id, title, icon, keys, run }): Offer => ({ key: `here.${id}`, group: 'Here', title, icon, words: '', run, ...(keys && { keys }) }),
  )
  const pages = features
    .flatMap((feature) => feature.navigation ?? [])
    .filter((entry) => !caller || (entry.isShown?.(caller) ?? true))
    .map((entry): Offer => {
      const detail = entry.group === 'settings' ? 'settings' : entry.group === 'admin' ? 'site' : entry.group === 'account' ? 'account' : ''
      return {
        key: `page.${entry.group}.${entry.title}`,
        group: 'Pages',
        title: entry.title,
        icon: entry.icon,
        words: detail,
        to: entry.to(organization),
        ...(detail && { detail }),
        ...(entry.keys && { keys: entry.keys }),
      }
    })
  const actions = features
    .flatMap((feature) => feature.actions ?? [])
    .filter((action) => !caller || (action.isOffered?.(caller) ?? true))
    .map(
      (action): Offer => ({
        key: `action.${action.id}`,
        group: 'Actions',
        title: action.title,
        icon: action.icon,
        words: action.words ?? '',
        ...(action.keys && { keys: action.keys }),
        ...(action.to ? { to: action.to(organization) } : { run: () => action.run?.(organization) }),
      }),
    )
  const isHere = (used: Used) => used.organization === organization
  return [
    ...here,
    ...favourites.filter(isHere).map((used) => offerOf(used, 'Favourites')),
    ...recent.filter(isHere).map((used) => offerOf(used, 'Recent')),
    ...actions,
    ...pages,
  ]
}

function offerOf({ kind, id, name, to }: Used, group: OfferGroup): Offer {
  return { key: `${group}.${kind}.${id}`, group, title: name, icon: objectIcon(kind), words: id, detail: objectWord(kind), to }
}
