// What the user opened last and what the user keeps: shown on the start page, in the palette and by the star.
import { usePreference } from './preferences'

/** An object, with the page it was opened on. */
export interface Used {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly organization: string
  readonly to: string
  /** When it was opened or kept, RFC 3339. */
  readonly at: string
}

const MOST_RECENT = 30
const MOST_FAVOURITES = 60

const isSame = (left: Used, right: { kind: string; id: string }) => left.kind === right.kind && left.id === right.id

/** What was opened last, newest first, in all organizations; and how to add one. */
export function useRecent(): readonly [readonly Used[], (used: Used) => void] {
  const [recent, setRecent] = usePreference<readonly Used[]>('recent', [])
  const add = (used: Used) => {
    // Opening the newest again is nothing to write down.
    if (recent[0] && isSame(recent[0], used)) return
    setRecent([used, ...recent.filter((one) => !isSame(one, used))].slice(0, MOST_RECENT))
  }
  return [recent, add]
}

/** What the user keeps; and how to keep one or let it go. */
export function useFavourites(): readonly [readonly Used[], (used: Used) => void] {
  const [favourites, setFavourites] = usePreference<readonly Used[]>('favourites', [])
  const toggle = (used: Used) => {
    const others = favourites.filter((one) => !isSame(one, used))
    setFavourites(others.length < favourites.length ? others : [...favourites, used].slice(-MOST_FAVOURITES))
  }
  return [favourites, toggle]
}
