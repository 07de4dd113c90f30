// Buttons, and links that look like one.
import { Link, type LinkProps } from '@tanstack/react-router'
import { type ButtonHTMLAttributes, type MouseEvent, type ReactNode, type Ref, useId } from 'react'
import styles from './button.module.css'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import { Tooltip } from './tooltip'

/** `primary` once a page; `danger` only where the destruction is confirmed; `quiet` in bars. */
export type ButtonLook = 'default' | 'primary' | 'danger' | 'danger-quiet' | 'quiet'

interface Look {
  look?: ButtonLook
  size?: 'md' | 'sm'
  icon?: IconName
  /** An icon behind the text, as a chevron for a menu. */
  end?: IconName
}

export interface ButtonProps extends Look, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'className' | 'style'> {
  children: ReactNode
  /** Why it cannot be used now, and who can or what to do. The button stays reachable and says it. */
  disabledReason?: string | null | undefined
  /** It works on what was asked: shown at once as `aria-busy`, and pressing again does nothing. */
  isBusy?: boolean
  ref?: Ref<HTMLButtonElement>
}

/** A verb to press. Never `disabled`: with `disabledReason` it says why instead. */
export function Button({ look, size, icon, end, children, disabledReason, isBusy, onClick, ...rest }: ButtonProps) {
  const reasonId = useId()
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (disabledReason || isBusy) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <Tooltip text={disabledReason}>
      <button
        type="button"
        {...rest}
        className={lookOf({ look, size })}
        aria-disabled={disabledReason ? true : undefined}
        aria-busy={isBusy || undefined}
        aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
        onClick={press}
      >
        {isBusy ? <Icon name="running" /> : icon && <Icon name={icon} />}
        {children}
        {end && <Icon name={end} size={14} />}
        <Reason id={reasonId} text={disabledReason} />
      </button>
    </Tooltip>
  )
}

interface LinkButtonProps extends Look {
  to: string
  search?: LinkProps['search']
  children: ReactNode
}

/** Goes to a page and looks like a button. */
export function LinkButton({ to, search, look, size, icon, children }: LinkButtonProps) {
  return (
    <Link to={to} {...(search !== undefined && { search: search as never })} className={lookOf({ look, size })}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'end'> {
  icon: IconName
  /** What it does, for screen readers and as its tooltip. */
  label: string
}

/** A button without a word: only for search, copy, close, more. */
export function IconButton({ icon, label, look = 'quiet', size = 'sm', disabledReason, isBusy, onClick, ...rest }: IconButtonProps) {
  const reasonId = useId()
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (disabledReason || isBusy) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <Tooltip text={disabledReason ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={classes(lookOf({ look, size }), styles.square)}
        aria-disabled={disabledReason ? true : undefined}
        aria-busy={isBusy || undefined}
        aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
        onClick={press}
      >
        <Icon name={isBusy ? 'running' : icon} />
        <Reason id={reasonId} text={disabledReason} />
      </button>
    </Tooltip>
  )
}

/** The reason as the button's description: hidden text is no part of its name. */
function Reason({ id, text }: { id: string; text: string | null | undefined }) {
  return text ? (
    <span id={id} hidden>
      {text}
    </span>
  ) : null
}

/** Buttons in one frame, as a verb and its menu. */
export function ButtonGroup({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <span className={styles.group} role="group" aria-label={label}>
      {children}
    </span>
  )
}

function lookOf({ look = 'default', size = 'md' }: Look): string {
  return classes(styles.button, size === 'sm' && styles.small, look !== 'default' && styles[look])
}
