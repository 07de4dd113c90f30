// Confirming what cannot be taken back, or what somebody must answer for.
import { type ReactNode, useId } from 'react'
import { ErrorNotice } from './alert'
import { Button } from './button'
import { Dialog } from './dialog'
import { TextInput, Textarea } from './text-input'
import { useForm } from './use-form'
import styles from './confirm-dialog.module.css'

interface ConfirmDialogProps {
  isOpen: boolean
  onClose: () => void
  /** The question, with the verb and the object: "Delete workspace sandbox-dana?" */
  title: ReactNode
  /** What happens then, and what is lost. */
  children?: ReactNode
  /** The button repeats the verb: "Delete workspace". */
  verb: string
  /** Red, for what is lost then. */
  isDanger?: boolean
  /** Why it cannot be done now, and what to do first. */
  disabledReason?: string | null
  /** The name that must be typed before. */
  nameToType?: string
  /** Asks for a comment, or a reason that must be given. */
  comment?: { readonly label: string; readonly isRequired?: boolean; readonly placeholder?: string }
  /** Does it. What it throws is shown in the dialog; otherwise the dialog closes. */
  onConfirm: (comment: string) => Promise<unknown>
}

/** Asks, does it, and stays open with the error if it failed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog isOpen={props.isOpen} onClose={props.onClose} title={props.title}>
      {props.isOpen && <Question {...props} />}
    </Dialog>
  )
}

function Question({ onClose, children, verb, isDanger, disabledReason, nameToType, comment, onConfirm }: ConfirmDialogProps) {
  const id = useId()
  const form = useForm({
    initial: { name: '', comment: '' },
    submit: (values) => onConfirm(values.comment.trim()),
    onDone: onClose,
  })
  const { name, comment: text } = form.values
  const missing = disabledReason ?? reasonToWait(nameToType, name, comment, text)
  const general = form.error && Object.keys(form.problems).length === 0 ? form.error : null
  return (
    <form
      className={styles.question}
      onSubmit={(event) => {
        event.preventDefault()
        if (!missing) void form.submit()
      }}
    >
      <div className={styles.body}>
        {children && <div>{children}</div>}
        {nameToType !== undefined && (
          <TextInput
            label={
              <span>
                Type <code id={id}>{nameToType}</code> to confirm
              </span>
            }
            isMono
            autoFocus
            {...form.field('name')}
          />
        )}
        {comment && (
          <Textarea
            label={comment.label}
            isOptional={!comment.isRequired}
            placeholder={comment.placeholder ?? ''}
            rows={2}
            {...form.field('comment')}
          />
        )}
        {general && <ErrorNotice error={general} />}
      </div>
      <footer className={styles.footer}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look={isDanger ? 'danger' : 'primary'} isBusy={form.isBusy} disabledReason={missing}>
          {verb}
        </Button>
      </footer>
    </form>
  )
}

function reasonToWait(
  nameToType: string | undefined,
  name: string,
  comment: ConfirmDialogProps['comment'],
  text: string,
): string | null {
  if (nameToType !== undefined && name.trim() !== nameToType) return `Type ${nameToType} first.`
  if (comment?.isRequired && text.trim() === '') return `${comment.label}: write a few words first.`
  return null
}
