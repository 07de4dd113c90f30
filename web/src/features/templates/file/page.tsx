// A template as a document of the catalog: to keep it in a repository, and to apply it again.
import { addresses } from '@/lib/addresses'
import { LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { FileText } from '@/ui/file-text'
import { Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { fileCommand } from '../commands'
import { described, documentOf } from '../document'
import { useOpenTemplate } from '../queries'

export default function TemplateFile() {
  const { organization, template } = useOpenTemplate()
  const { key } = template.attributes
  return (
    <Section
      title={`${key}.yaml`}
      about="All that it says, without what is the default. Keep it in a repository, change it there, and apply it: the second time changes nothing."
      actions={
        <LinkButton icon="upload" size="sm" to={addresses.applyCatalog(organization)}>
          Apply files
        </LinkButton>
      }
    >
      <Stack gap={3}>
        <FileText name={`${key}.yaml`} text={documentOf(described(template))} />
        <Command text={fileCommand(key)} />
      </Stack>
    </Section>
  )
}
