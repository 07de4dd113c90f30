// Keys and backups: which data keys there are, and what only somebody on the server's machine can do.
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { Anchor } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Prose } from '@/ui/text'
import { DataKeys } from './data-keys'

export default function Keys() {
  return (
    <>
      <PageHead
        title="Keys and backups"
        meta="These commands run on the server’s machine, with --config or --data-dir as the server has it. The master key never passes through a browser."
      />
      <Section title="Backups">
        <Stack gap={3}>
          <Prose>
            <p>
              Everything of one moment in one file, with digests, while the server runs. The master key is not in it: keep a copy of it
              apart, because nothing opens without it.
            </p>
          </Prose>
          <Command text="slipway admin backup --data-dir /var/lib/slipway --to slipway.backup" />
        </Stack>
      </Section>
      <DataKeys />
      <Section title="Exchange keys">
        <Stack gap={3}>
          <Prose>
            <p>What the table says, without a browser. Keys themselves are never shown.</p>
          </Prose>
          <Command text="slipway admin keys list --data-dir /var/lib/slipway" />
          <Command text="slipway admin keys status --data-dir /var/lib/slipway" />
          <Prose>
            <p>New data keys: secrets are sealed with them at once, and what the old ones sealed is sealed again in the background.</p>
          </Prose>
          <Command text="slipway admin keys rotate-data --data-dir /var/lib/slipway" />
          <Prose>
            <p>Another master key. Backups from before need the old one.</p>
          </Prose>
          <Command text="slipway admin keys create-master /var/lib/slipway/master.key.next" />
          <Command text="slipway admin keys rotate-master --data-dir /var/lib/slipway --new-key-file /var/lib/slipway/master.key.next" />
        </Stack>
      </Section>
      <Section title="The audit log of the site">
        <Stack gap={3}>
          <Prose>
            <p>
              What happened in no organization: users, identity providers, keys.{' '}
              <Anchor href="/api/v2/admin/audit-export" isDownload>
                Download site.jsonl
              </Anchor>
            </p>
          </Prose>
          <Command text="slipway audit export --site > site.jsonl" />
        </Stack>
      </Section>
    </>
  )
}
