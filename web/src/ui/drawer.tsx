// A sheet from the side: what belongs to the page but would push it away; the navigation where it is narrow.
import '@mantine/core/styles/Overlay.layer.css'
import '@mantine/core/styles/ModalBase.layer.css'
import '@mantine/core/styles/Drawer.layer.css'
import { Drawer as MantineDrawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { IconButton } from './button'
import styles from './drawer.module.css'

interface DrawerProps {
  isOpen: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  side?: 'left' | 'right'
  /** 256 px, 480 or 720. */
  size?: 'sm' | 'md' | 'lg'
  /** Its title only for screen readers, without a head. */
  isBare?: boolean
}

const WIDTHS = { sm: 256, md: 480, lg: 720 } as const

export function Drawer({ isOpen, onClose, title, children, side = 'right', size = 'md', isBare = false }: DrawerProps) {
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
