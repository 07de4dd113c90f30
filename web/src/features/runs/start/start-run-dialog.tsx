// Starting a run without leaving the page.
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import type { NewRunValues } from './new-run'
import { StartRunForm } from './start-run-form'

interface StartRunDialogProps {
  isOpen: boolean
  onClose: () => void
  organization: string
  workspace: string
  initial?: Partial<NewRunValues>
}

export function StartRunDialog({ isOpen, onClose, organization, workspace, initial }: StartRunDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={`Start a run of ${workspace}`} size="md">
      {isOpen && (
        <StartRunForm
          organization={organization}
          workspace={workspace}
          {...(initial && { initial })}
          beside={<Button onClick={onClose}>Cancel</Button>}
          onStarted={onClose}
        />
      )}
    </Dialog>
  )
}
