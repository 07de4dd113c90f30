// A blueprint as a document of the catalog: to keep it in a repository, and to make it again, here or elsewhere.
import { quoted } from '@/lib/shell'
import { Code } from '@/ui/code'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { DownloadText } from '@/ui/file-text'
import { Stack } from '@/ui/layout'
import type { Blueprint } from '../queries'
import { writeBlueprint } from '../write/read'
import styles from '../blueprints.module.css'

/** A dialog; mounted while it is open. */
export default function FileDialog({ attributes, onClose }: { attributes: Blueprint['attributes']; onClose: () => void }) {
  const file = `${attributes.name}.yaml`
  const text = writeBlueprint(attributes)
  return (
    <Dialog isOpen onClose={onClose} title={`${attributes.name} as a file`} size="md" footer={<DownloadText name={file} text={text} look="primary" />}>
      <Stack gap={3}>
        <p>
          All that it says, without what is empty. Keep it in a repository and apply it: the second time changes nothing. It has no values of secrets; versions that it names are those of
          this organization.
        </p>
        <Command text={`slipway catalog apply -f ${quoted(file)}`} />
        <div className={styles.file}>
          <Code text={text} copy={file} />
        </div>
      </Stack>
    </Dialog>
  )
}
