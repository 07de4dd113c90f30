// A sheet from the side: what belongs to the page but would push it away; the navigation where it is narrow.
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Drawer.layer.css'
import { Drawer as MantineDrawer } from '@mantine/core'
import type { DrawerProps } from '../drawer'
import { IconButton } from '../button'
import styles from '../drawer.module.css'

const WIDTHS = { sm: 256, md: 480, lg: 720 } as const

export default function Drawer({ isOpen, onClose, title, children, side = 'right', size = 'md', isBare = false }: DrawerProps) {
  return (
    <MantineDrawer.Root
      opened={isOpen}
      onClose={onClose}
      position={side}
      size={WIDTHS[size]}
      lockScroll={false}
      transitionProps={{ duration: 160 }}
      classNames={{ content: styles.drawer ?? '', inner: styles.inner ?? '' }}
    >
      <MantineDrawer.Overlay className={styles.overlay ?? ''} />
      <MantineDrawer.Content data-dialog {...(isBare && { 'aria-label': String(title) })}>
        {!isBare && (
          <header className={styles.head}>
            <MantineDrawer.Title className={styles.title ?? ''}>{title}</MantineDrawer.Title>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
        )}
        <MantineDrawer.Body className={isBare ? (styles.bare ?? '') : (styles.body ?? '')}>{children}</MantineDrawer.Body>
      </MantineDrawer.Content>
    </MantineDrawer.Root>
  )
}
