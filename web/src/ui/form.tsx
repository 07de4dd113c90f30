// A form: its inputs, one button, what went wrong, and the same action as a command.
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { ApiError } from '@/api/errors'
import { Button, type ButtonLook } from './button'
import { classes } from './classes'
import { Command } from './command'
import { Icon } from './icon'
import type { FormState } from './use-form'
import styles from './form.module.css'

interface FormProps<Values extends object> {
  form: FormState<Values>
  /** The verb on the button. */
  submit: string
  look?: Extract<ButtonLook, 'primary' | 'default' | 'danger'>
  /** Why it cannot be done at all, and who can. Wrong fields never disable the button: pressing it leads to them. */
  disabledReason?: string | null | undefined
  /** Beside the button: cancel, reset. */
  beside?: ReactNode
  /** The same action from a terminal. */
  command?: string
  /** As wide as its place instead of one column of text. */
  isWide?: boolean
  children: ReactNode
}

/** Submits on Enter and on the button, and goes to the first field with an error. */
export function Form<Values extends object>(props: FormProps<Values>) {
  const { form, submit, look = 'primary', disabledReason, beside, command, isWide = false, children } = props
  const element = useRef<HTMLFormElement>(null)
  const [refusals, setRefusals] = useState(0)
  const press = async (event: FormEvent) => {
    event.preventDefault()
    if (disabledReason) return
    if (!(await form.submit())) setRefusals((count) => count + 1)
  }
  // After the fields know what is wrong with them.
  useEffect(() => {
    if (refusals > 0) focusFirstError(element.current)
  }, [refusals])
  return (
    <form ref={element} noValidate className={classes(styles.form, isWide && styles.wide)} onSubmit={(event) => void press(event)}>
      {children}
      <div className={styles.end}>
        <div className={styles.buttons}>
          <Button type="submit" look={look} isBusy={form.isBusy} disabledReason={disabledReason}>
            {submit}
          </Button>
          {beside}
        </div>
        <Refused form={form} />
      </div>
      {command && (
        <div className={styles.command}>
          <span>The same from a terminal</span>
          <Command text={command} />
        </div>
      )}
    </form>
  )
}

/** Once beside the button what is said at the fields, or what concerns no field. */
function Refused<Values extends object>({ form }: { form: FormState<Values> }) {
  const text = summary(form.error, Object.keys(form.problems).length)
  return (
    <div role="alert" className={styles.refused}>
      {text && (
        <>
          <Icon name="failed" size={14} />
          <span>
            {text}
            {form.error?.requestId && form.error.status >= 500 && (
              <>
                {' '}
                Request <code>{form.error.requestId}</code>.
              </>
            )}
          </span>
        </>
      )}
    </div>
  )
}

function summary(error: ApiError | null, wrong: number): string | null {
  if (wrong === 1) return error ? error.message : 'One field needs another look.'
  if (wrong > 1) return `${wrong} fields need another look.`
  return error?.message ?? null
}

function focusFirstError(form: HTMLFormElement | null) {
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}
