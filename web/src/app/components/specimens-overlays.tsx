// What stands above the page.
import { useState } from 'react'
import { ApiError } from '@/api/errors'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Drawer } from '@/ui/drawer'
import { Row } from '@/ui/layout'
import { Menu } from '@/ui/menu'
import { Popover } from '@/ui/popover'
import { Text } from '@/ui/text'
import { Tooltip } from '@/ui/tooltip'
import { Specimen } from './specimen'

type Open = 'confirm' | 'comment' | 'refused' | 'dialog' | 'drawer' | null

export function OverlaySpecimens() {
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  return (
    <>
      <Specimen name="Menus and tooltips" rule="A menu holds what is done seldom. A tooltip never is the only place of something that must be known.">
        <Row gap={3} isWrapping>
          <Menu
            align="start"
            trigger={<IconButton icon="more" label="More" look="default" size="md" />}
            groups={[
              {
                title: 'Workspace',
                items: [
                  { title: 'Lock', icon: 'lock', keys: 'l' },
                  { title: 'Copy the link', icon: 'link' },
                  { title: 'Download the state', icon: 'download', disabledReason: 'Needs state.read.' },
                ],
              },
              { items: [{ title: 'Delete…', icon: 'trash', isDanger: true }] },
            ]}
          />
          <Popover label="A panel" align="start" trigger={<Button end="chevron-down">Popover</Button>}>
            <Text level={2}>Inputs and lists in a small panel.</Text>
          </Popover>
          <Tooltip text="Started 14:02:11, waiting 4 min 07 s">
            <Button>Hover</Button>
          </Tooltip>
        </Row>
      </Specimen>
      <Specimen name="Dialogs" rule="Only to destroy, to lose work, or to ask one question. Destroying asks for the name; the button repeats the verb.">
        <Row gap={3} isWrapping>
          <Button look="danger-quiet" onClick={() => setOpen('confirm')}>
            Delete workspace…
          </Button>
          <Button onClick={() => setOpen('comment')}>Discard run…</Button>
          <Button onClick={() => setOpen('refused')}>Refused…</Button>
          <Button onClick={() => setOpen('dialog')}>Dialog</Button>
          <Button onClick={() => setOpen('drawer')}>Drawer</Button>
        </Row>
        <ConfirmDialog
          isOpen={open === 'confirm'}
          onClose={close}
          title="Delete workspace sandbox-dana?"
          verb="Delete workspace"
          isDanger
          nameToType="sandbox-dana"
          onConfirm={async () => undefined}
        >
          Its 3 state versions and 12 runs are deleted with it. What they made stays where it is.
        </ConfirmDialog>
        <ConfirmDialog
          isOpen={open === 'comment'}
          onClose={close}
          title="Discard run #214?"
          verb="Discard run"
          comment={{ label: 'Reason', isRequired: true, placeholder: 'Why it is not applied' }}
          onConfirm={async () => undefined}
        >
          Nothing is changed; the plan can not be applied any more.
        </ConfirmDialog>
        <ConfirmDialog
          isOpen={open === 'refused'}
          onClose={close}
          title="Unlock shop-prod-orders-db?"
          verb="Unlock workspace"
          onConfirm={async () => {
            throw new ApiError(409, 'conflict', 'Still in use', 'Run #300 holds the lock. Cancel it first.')
          }}
        >
          It was locked by sam@example.com.
        </ConfirmDialog>
        <Dialog isOpen={open === 'dialog'} onClose={close} title="One thing to read" footer={<Button onClick={close}>Close</Button>}>
          Takes the focus, keeps it, gives it back.
        </Dialog>
        <Drawer isOpen={open === 'drawer'} onClose={close} title="From the side">
          What belongs to the page but would push it away.
        </Drawer>
      </Specimen>
    </>
  )
}
