// Ctrl K: any object by its name or id, any action that the caller may do; what is of this page first.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Fragment, type KeyboardEvent, useId, useState } from 'react'
import { get } from '@/api/query'
import { useNoticed, useSettled } from '@/lib/delayed'
import { PaletteFrame } from '@/ui/floating/palette-frame'
import { Icon } from '@/ui/icon'
import { Kbd } from '@/ui/kbd'
import { Matched } from '@/ui/matched'
import { useOpenOrganization } from './caller'
import { type Offer, useOffers } from './palette-offers'
import { found, groupOffers } from './palette-search'
import styles from './palette.module.css'

const TYPING_MS = 120

export default function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const navigate = useNavigate()
  const { offers, isSearching } = usePaletteOffers(typed)
  const groups = groupOffers(offers)
  const flat = groups.flatMap((group) => group.offers)
  const chosen = Math.min(at, flat.length - 1)

  const take = (offer: Offer | undefined, isNewTab: boolean) => {
    if (!offer) return
    if (offer.to && isNewTab) window.open(offer.to, '_blank', 'noopener')
    else if (offer.to) void navigate({ to: offer.to })
    else offer.run?.()
    onClose()
  }
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }
    const step = steps[event.key]
    if (step !== undefined) setAt(Math.max(0, Math.min(flat.length - 1, chosen + step)))
    else if (event.key === 'Enter') take(flat[chosen], event.ctrlKey || event.metaKey)
    else return
    event.preventDefault()
  }
  const isLate = useNoticed(isSearching)
  const sought = typed.replace(/^>\s*/, '').trim().toLowerCase()
  return (
    <PaletteFrame label="Search or run a command" onClose={onClose}>
      <div className={styles.ask}>
        <Icon name={isLate ? 'running' : 'search'} />
        <input
          // A palette is opened to type into it.
          autoFocus
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={flat.length > 0 ? `${id}-${chosen}` : undefined}
          aria-label="Search or run a command"
          placeholder="Search or run a command"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setAt(0)
          }}
          onKeyDown={press}
        />
      </div>
      <div className={styles.list} role="listbox" id={`${id}-list`} aria-label="What was found">
        {groups.map((group) => (
          <Fragment key={group.title}>
            <div className={styles.title} role="presentation">
              {group.title}
            </div>
            {group.offers.map((offer) => {
              const place = flat.indexOf(offer)
              return (
                // The keyboard is with the input, which names the chosen option.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                <div
                  key={offer.key}
                  id={`${id}-${place}`}
                  role="option"
                  aria-selected={place === chosen}
                  // The input has the focus; options are named by it.
                  tabIndex={-1}
                  ref={place === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                  className={styles.offer}
                  onPointerMove={() => place !== chosen && setAt(place)}
                  onClick={(event) => take(offer, event.ctrlKey || event.metaKey)}
                >
                  <Icon name={offer.icon} />
                  <span className={styles.text}>
                    <Matched text={offer.title} sought={sought} />
                  </span>
                  {offer.detail && <span className={styles.detail}>{offer.detail}</span>}
                  {offer.keys && <Kbd keys={offer.keys} />}
                </div>
              )
            })}
          </Fragment>
        ))}
        {flat.length === 0 && !isSearching && <p className={styles.none}>Nothing with “{typed.trim()}”. Try a part of a name, or a whole id.</p>}
      </div>
      <footer className={styles.foot}>
        <span>
          <Kbd keys="ArrowUp" /> <Kbd keys="ArrowDown" /> move
        </span>
        <span>
          <Kbd keys="Enter" /> open
        </span>
        <span>
          <Kbd keys="Mod+Enter" /> new tab
        </span>
        <span className={styles.last}>
          <Kbd keys=">" /> actions only
        </span>
      </footer>
    </PaletteFrame>
  )
}

/** What is offered for what is typed: own lists at once, the directory's objects when they come. */
function usePaletteOffers(typed: string) {
  const organization = useOpenOrganization()
  const isActionsOnly = typed.startsWith('>')
  const text = useSettled(typed.trim(), TYPING_MS)
  const isAsked = organization !== null && text !== '' && !isActionsOnly
  const directory = useQuery({
    ...get('/api/v2/organizations/{organization}/directory', {
      params: { path: { organization: organization ?? '' }, query: { q: text } },
    }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
  const own = useOffers()
  const objects = isAsked ? (directory.data?.data ?? []) : []
  return { offers: found(own, objects, typed, organization ?? ''), isSearching: isAsked && directory.isFetching }
}
