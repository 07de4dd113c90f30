// The audit log of an organization: taken away, proved, sent on, kept.
import { useAllowed } from '@/api/allowed'
import { addresses } from '@/lib/addresses'
import { useOrganization } from '@/lib/search'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Prose } from '@/ui/text'
import { Webhooks } from './webhooks'

export default function Audit() {
  const organization = useOrganization()
  const allowed = useAllowed(organization)
  const refusal = allowed.refusal('event.export')
  const address = `/api/v2/organizations/${encodeURIComponent(organization)}/audit-export`
  return (
    <>
      <PageHead
        title="Audit log"
        meta={
          <>
            Every change and every read of a secret, written together with what changed.
            <Link to={addresses.activity(organization)}>See it in the activity</Link>
          </>
        }
      />
      <Webhooks organization={organization} refusal={allowed.refusal('event.webhook.manage')} />
      <Section title="Take it away">
        <Stack gap={3}>
          <Prose>
            <p>
              One line of JSON for each event, with checkpoints that the site signed. Exporting is an event itself.{' '}
              {!refusal && (
                <Anchor href={address} isDownload>
                  Download {organization}.jsonl
                </Anchor>
              )}
            </p>
          </Prose>
          {refusal && (
            <div>
              <Button icon="download" disabledReason={refusal}>
                Export
              </Button>
            </div>
          )}
          <Command text="slipway audit export > audit.jsonl" />
          <Command text="slipway audit export --append audit.jsonl" />
        </Stack>
      </Section>
      <Section title="Prove it">
        <Stack gap={3}>
          <Prose>
            <p>
              Each event has a hash over itself and the one before it. Verifying needs no server and names the first thing that is wrong: a
              changed event, a missing one, another order. Note the key that the first verification shows, and give it the next time.
            </p>
          </Prose>
          <Command text="slipway audit verify audit.jsonl" />
          <Command text="slipway audit verify audit.jsonl --public-key KEY" />
        </Stack>
      </Section>
      <Section title="How long it is kept">
        <Prose>
          <p>
            For ever, unless the operator of this server sets <code>retention.event_days</code>. Events that were removed leave a
            checkpoint, so that the rest can still be proved.
          </p>
        </Prose>
      </Section>
    </>
  )
}
