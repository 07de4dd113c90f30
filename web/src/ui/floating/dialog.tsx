// One question above the page: to destroy, to lose work, to ask for one thing.
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Modal.layer.css'
import { Modal } from '@mantine/core'
import type { DialogProps } from '../dialog'
import { classes } from '../classes'
import styles from '../dialog.module.css'

const WIDTHS = { sm: 460, md: 640, lg: 880 } as const

/** Takes the focus, keeps it, and gives it back. To confirm something take `ConfirmDialog`. */
export default function Dialog({ isOpen, onClose, title, children, footer, size = 'sm' }: DialogProps) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size={WIDTHS[size]}
      lockScroll={false}
      transitionProps={{ duration: 90, transition: 'fade' }}
      classNames={{ inner: styles.inner ?? '', content: styles.dialog ?? '' }}
    >
      <Modal.Overlay className={classes(styles.overlay)} />
      <Modal.Content data-dialog>
        <Modal.Title className={styles.title ?? ''}>{title}</Modal.Title>
        <Modal.Body className={styles.body ?? ''}>{children}</Modal.Body>
        {footer && <footer className={styles.footer}>{footer}</footer>}
      </Modal.Content>
    </Modal.Root>
  )
}
