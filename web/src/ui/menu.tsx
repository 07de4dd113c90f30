// Things to do with an object, behind one button.
import '@mantine/core/styles/Popover.layer.css'
import '@mantine/core/styles/Menu.layer.css'
import '@mantine/core/styles/UnstyledButton.layer.css'
import { Menu as MantineMenu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactElement, type ReactNode } from 'react'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import { Kbd } from './kbd'
import styles from './menu.module.css'

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
  width?: number | 'target'
}

/** Opens below `trigger`; arrow keys move, Escape closes. Empty groups are left out. */
export function Menu({ trigger, groups, align = 'end', width }: MenuProps) {
  const shown = groups.filter((group) => group.items.length > 0)
  return (
    <MantineMenu
      position={align === 'end' ? 'bottom-end' : 'bottom-start'}
      offset={4}
      transitionProps={{ duration: 90, transition: 'fade' }}
      classNames={{ dropdown: styles.menu ?? '', label: styles.title ?? '', divider: styles.line ?? '' }}
      {...(width !== undefined && { width })}
    >
      <MantineMenu.Target>{trigger}</MantineMenu.Target>
      <MantineMenu.Dropdown>
        {shown.map((group, at) => (
          // Groups have a fixed order.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={at}>
            {at > 0 && <MantineMenu.Divider />}
            {group.title && <MantineMenu.Label>{group.title}</MantineMenu.Label>}
            {group.items.map((item) => (
              <Item key={item.key ?? String(item.title)} item={item} />
            ))}
          </Fragment>
        ))}
      </MantineMenu.Dropdown>
    </MantineMenu>
  )
}

function Item({ item }: { item: MenuItem }) {
  const { icon, title, end, keys, isDanger, isChosen, disabledReason, onSelect, to, href } = item
  const look = {
    classNames: {
      item: classes(styles.item, isDanger && styles.danger, disabledReason && styles.off),
      itemSection: styles.section ?? '',
      itemLabel: styles.text ?? '',
    },
    ...(icon && { leftSection: <Icon name={icon} /> }),
    rightSection: keys ? <Kbd keys={keys} /> : isChosen ? <Icon name="check" tone="accent" /> : (end ?? null),
  }
  const text = (
    <>
      {title}
      {disabledReason && <span className={styles.reason}>{disabledReason}</span>}
    </>
  )
  if (disabledReason) {
    return (
      <MantineMenu.Item {...look} aria-disabled closeMenuOnClick={false}>
        {text}
      </MantineMenu.Item>
    )
  }
  if (to) {
    return (
      <MantineMenu.Item {...look} component={Link} {...({ to } as object)}>
        {text}
      </MantineMenu.Item>
    )
  }
  if (href) {
    return (
      <MantineMenu.Item {...look} component="a" href={href}>
        {text}
      </MantineMenu.Item>
    )
  }
  return (
    <MantineMenu.Item {...look} {...(onSelect && { onClick: onSelect })}>
      {text}
    </MantineMenu.Item>
  )
}
