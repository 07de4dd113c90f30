// A blueprint as a document of the catalog: to keep it in a repository, and to make it again, here or elsewhere.
import { quoted } from '@/lib/shell'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { FileText } from '@/ui/file-text'
import { Stack } from '@/ui/layout'
import type { Blueprint } from '../queries'
import { writeBlueprint } from '../write/read'

/** A dialog; mounted while it is open. */
export default function FileDialog({ attributes, onClose }: { attributes: Blueprint['attributes']; onClose: () => void }) {
  const file = `${attributes.name}.yaml`
  return (
    <Dialog isOpen onClose={onClose} title={`${attributes.name} as a file`} size="md">
      <Stack gap={3}>
        <p>
          All that it says, without what is empty. Keep it in a repository and apply it: the second time changes nothing. It has no values of secrets; versions that it names are those of
          this organization.
        </p>
        <FileText name={file} text={writeBlueprint(attributes)} />
        <Command text={`slipway catalog apply -f ${quoted(file)}`} />
      </Stack>
    </Dialog>
  )
}
