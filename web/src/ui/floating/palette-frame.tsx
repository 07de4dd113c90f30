// The frame of the command palette: above the page, near the top, closed by Escape.
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Modal.layer.css'
import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import dialogStyles from '../dialog.module.css'
import styles from '../palette-frame.module.css'

/** Only for the palette; for questions take `Dialog`. */
export function PaletteFrame({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size={560}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{ inner: styles.inner ?? '', content: styles.palette ?? '' }}
    >
      <Modal.Overlay className={dialogStyles.overlay ?? ''} />
      <Modal.Content data-dialog aria-label={label}>
        {children}
      </Modal.Content>
    </Modal.Root>
  )
}
