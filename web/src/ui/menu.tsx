// Things to do with an object, behind one button.
import { Link } from '@tanstack/react-router'
import { cloneElement, Fragment, type KeyboardEvent, lazy, type ReactElement, type ReactNode, Suspense, useRef, useState } from 'react'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import { Kbd } from './kbd'
import styles from './menu.module.css'

const load = () => import('./floating/panel')
const Panel = lazy(load)

export interface MenuItem {
  readonly title: ReactNode
  /** Unlike the others of the menu; the title where that is a text. */
  readonly key?: string
  readonly icon?: IconName
  readonly onSelect?: () => void
  /** A page instead of something to do. */
  readonly to?: string
  /** An address outside of the console: a download, the account's own pages. */
  readonly href?: string
  /** At the end of the line, grey. */
  readonly end?: ReactNode
  readonly keys?: string
  readonly isDanger?: boolean
  readonly isChosen?: boolean
  /** Why it cannot be done now; stands below the title. */
  readonly disabledReason?: string | null | undefined
}

export interface MenuGroup {
  readonly title?: string
  readonly items: readonly MenuItem[]
}

interface MenuProps {
  /** What is pressed: a `Button` or an `IconButton`. */
  trigger: ReactElement
  /** In groups, with lines between them. */
  groups: readonly MenuGroup[]
  align?: 'start' | 'end'
  /** Pixels; as wide as the items need otherwise. */
  width?: number
}

/** Opens below `trigger`; arrow keys move, Escape closes. Empty groups are left out. */
export function Menu({ trigger, groups, align = 'end', width }: MenuProps) {
  const [isOpen, setOpen] = useState(false)
  const anchor = useRef<HTMLElement>(null)
  const close = () => setOpen(false)
  const shown = groups.filter((group) => group.items.length > 0)
  const open = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    setOpen(true)
  }
  return (
    <>
      {cloneElement(trigger as ReactElement<object>, {
        ref: anchor,
        onClick: () => setOpen(!isOpen),
        onPointerEnter: () => void load(),
        onKeyDown: open,
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
      } as object)}
      {isOpen && (
        <Suspense>
          <Panel anchor={anchor} role="menu" label={labelOf(trigger)} align={align} width={width} onClose={close} onKeyDown={move}>
            {shown.map((group, at) => (
              // Groups have a fixed order.
              // oxlint-disable-next-line react/no-array-index-key
              <Fragment key={at}>
                {at > 0 && <hr className={styles.line} />}
                {group.title && (
                  <div className={styles.title} role="presentation">
                    {group.title}
                  </div>
                )}
                {group.items.map((item) => (
                  <Item key={item.key ?? String(item.title)} item={item} onClose={close} />
                ))}
              </Fragment>
            ))}
          </Panel>
        </Suspense>
      )}
    </>
  )
}

/** The menu is called like what opens it. */
function labelOf(trigger: ReactElement): string {
  const { label, children, 'aria-label': name } = trigger.props as Record<string, unknown>
  return [label, name, children].find((one): one is string => typeof one === 'string') ?? 'Menu'
}

/** Arrows, Home, End, and the first letter of a title. */
function move(event: KeyboardEvent<HTMLElement>) {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }
  const letter = event.key.length === 1 ? event.key.toLowerCase() : null
  const later = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  const named = letter && later.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter))
  const to = moves[event.key]
  const next = to === undefined ? named : items.at(to % items.length)
  if (!next) return
  event.preventDefault()
  next.focus()
}

function Item({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  const { icon, title, end, keys, isDanger, isChosen, disabledReason, onSelect, to, href } = item
  const content = (
    <>
      {icon && <Icon name={icon} />}
      <span className={styles.text}>
        {title}
        {disabledReason && <span className={styles.reason}>{disabledReason}</span>}
      </span>
      {keys ? <Kbd keys={keys} /> : isChosen ? <Icon name="check" tone="accent" label="chosen" /> : end}
    </>
  )
  const look = { role: 'menuitem', className: classes(styles.item, isDanger && styles.danger, disabledReason && styles.off) }
  if (to && !disabledReason) {
    return (
      <Link {...look} to={to} onClick={onClose}>
        {content}
      </Link>
    )
  }
  if (href && !disabledReason) {
    return (
      <a {...look} href={href} onClick={onClose}>
        {content}
      </a>
    )
  }
  const press = () => {
    if (disabledReason) return
    onClose()
    onSelect?.()
  }
  return (
    <button type="button" {...look} aria-disabled={disabledReason ? true : undefined} onClick={press}>
      {content}
    </button>
  )
}
