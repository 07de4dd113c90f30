// Takes the audit log away, with what proves it.
import { Button } from '@/ui/button'
import { Menu } from '@/ui/menu'
import { addresses } from '@/lib/addresses'

export function Export({ organization, refusal }: { organization: string; refusal: string | null }) {
  if (refusal) {
    return (
      <Button icon="download" disabledReason={refusal}>
        Export
      </Button>
    )
  }
  return (
    <Menu
      trigger={
        <Button icon="download" end="chevron-down">
          Export
        </Button>
      }
      groups={[
        {
          items: [
            {
              title: 'Audit log, JSON lines',
              icon: 'download',
              href: `/api/v2/organizations/${encodeURIComponent(organization)}/audit-export`,
            },
            { title: 'Webhooks and verification', icon: 'shield', to: addresses.settings(organization, 'audit') },
          ],
        },
      ]}
    />
  )
}
