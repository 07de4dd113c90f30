// Which offers answer what was typed, and in which order.
import type { ResourceOf } from '@/api/query'
import { objectIcon, objectWord, pageOf } from '@/lib/objects'
import type { Offer, OfferGroup } from './palette-offers'

const ORDER: readonly OfferGroup[] = ['Here', 'Favourites', 'Recent', 'Objects', 'Actions', 'Pages']
const MOST_IN_GROUP = 8
const RECENT_AT_FIRST = 6

/** What is offered for `typed`: at first what is near, then what matches. `>` leaves only what can be done. */
export function found(
  own: readonly Offer[],
  objects: readonly ResourceOf<'Found'>[],
  typed: string,
  organization: string,
): readonly Offer[] {
  const isActionsOnly = typed.startsWith('>')
  const words = typed.replace(/^>/, '').trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    return isActionsOnly ? own.filter(isAction) : atFirst(own)
  }
  const matching = own.filter((offer) => (!isActionsOnly || isAction(offer)) && matches(offer, words))
  const known = new Set(matching.map((offer) => offer.key.replace(/^(Recent|Favourites)\./, '')))
  const fromDirectory = objects
    .map((object) => offerOf(object, organization))
    .filter((offer) => offer !== null)
    .filter((offer) => !known.has(offer.key))
  return [...matching, ...(isActionsOnly ? [] : fromDirectory)]
}

/** In groups, each with its best first. */
export function groupOffers(offers: readonly Offer[]): readonly { title: OfferGroup; offers: readonly Offer[] }[] {
  return ORDER.map((title) => ({
    title,
    offers: offers.filter((offer) => offer.group === title).slice(0, title === 'Actions' || title === 'Pages' ? 50 : MOST_IN_GROUP),
  })).filter((group) => group.offers.length > 0)
}

function atFirst(own: readonly Offer[]): readonly Offer[] {
  const favourites = new Set(own.filter((offer) => offer.group === 'Favourites').map((offer) => offer.key.replace('Favourites.', '')))
  const recent = own.filter((offer) => offer.group === 'Recent' && !favourites.has(offer.key.replace('Recent.', '')))
  return [...own.filter((offer) => offer.group !== 'Recent'), ...recent.slice(0, RECENT_AT_FIRST)]
}

const isAction = (offer: Offer) => offer.group === 'Here' || offer.group === 'Actions'

/** Every word begins a word of the offer, or stands in its title. */
function matches(offer: Offer, words: readonly string[]): boolean {
  const title = offer.title.toLowerCase()
  const all = `${title} ${offer.words.toLowerCase()}`.split(/[\s/_.-]+/)
  return words.every((word) => title.includes(word) || all.some((one) => one.startsWith(word)))
}

function offerOf({ id, attributes }: ResourceOf<'Found'>, organization: string): Offer | null {
  const { kind, name, status } = attributes
  const to = pageOf(organization, kind, id, name)
  if (to === null) return null
  const detail = status === '' ? objectWord(kind) : `${objectWord(kind)}, ${status.replaceAll('_', ' ')}`
  return { key: `${kind}.${id}`, group: 'Objects', title: name, icon: objectIcon(kind), words: id, detail, to }
}
