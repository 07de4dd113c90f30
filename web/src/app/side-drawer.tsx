// The navigation where it is narrow.
import { Drawer } from '@/ui/drawer'
import { Side } from './side'

export default function SideDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Drawer isOpen onClose={onClose} title="Navigation" side="left" size="sm" isBare>
      <Side />
    </Drawer>
  )
}
