// Statuses, facts, people, time, amounts.
import { Badge } from '@/ui/badge'
import { Bytes } from '@/ui/bytes'
import { Counts } from '@/ui/counts'
import { KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { Status } from '@/ui/status'
import { statuses, type StatusKind, type StatusWord } from '@/ui/status-list'
import { KeyTag, Sensitive, Tag, Unknown } from '@/ui/tag'
import { Facts, Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { ago } from './examples'
import { Specimen } from './specimen'

export function StatusSpecimens() {
  return (
    <>
      <Specimen
        name="Status"
        rule="Always icon, word and colour, from one list by what it is about. In lists what is well has no colour; the badge is for the one status a page is about."
      >
        <Row isWrapping gap={2}>
          {(['planned', 'applying', 'applied', 'errored', 'pending', 'canceled'] as const).map((value) => (
            <Status key={value} of="run" value={value} isBadge />
          ))}
          <Status of="workspace" value="drifted" isBadge />
          <Status of="workspace" value="never" isBadge />
        </Row>
        {(Object.keys(statuses) as StatusKind[]).map((kind) => (
          <Row key={kind} isWrapping gap={4}>
            <Text level={3} isSmall>
              {kind}
            </Text>
            {Object.keys(statuses[kind]).map((value) => (
              <Status key={value} of={kind} value={value as StatusWord<typeof kind>} />
            ))}
          </Row>
        ))}
        <Status of="workspace" value="errored" detail="Quota of vCPUs reached in eu-west-1" />
        <Status of="workspace" value="applying" detail="14 of 22" />
      </Specimen>
      <Specimen name="Badges, tags, counts" rule="A tag is a label that somebody put there. Counts are what a plan does; the minus is a minus.">
        <Row isWrapping gap={2}>
          <Badge tone="accent" icon="shield">
            Yours
          </Badge>
          <Badge tone="warning" icon="warning" size="sm">
            Old version
          </Badge>
          <KeyTag name="env" value="prod" />
          <Tag isMono>1.12.6</Tag>
          <Tag isLine>module</Tag>
          <Tag>built in</Tag>
          <Unknown />
          <Sensitive />
        </Row>
        <Row gap={6} isWrapping>
          <Counts counts={{ create: 6, update: 5, replace: 2, destroy: 1 }} />
          <Counts counts={{ create: 4, update: 11 }} isComplete />
          <Counts counts={{}} />
        </Row>
      </Specimen>
      <Specimen name="People and facts" rule="People are round, teams and programs square. Facts in a line have dots between them.">
        <Row isWrapping gap={4}>
          <Who name="dana.kim@example.com" />
          <Who name="platform-team" kind="team" />
          <Who name="release-bot" kind="service-account" />
          <Who name="runner build-3" kind="runner" />
        </Row>
        <Facts>
          {[
            'shop-prod-orders-db #214',
            'lin@example.com',
            <>
              waiting <Duration key="waiting" from={ago(247)} />
            </>,
          ]}
        </Facts>
        <KeyValue
          entries={[
            ['Status', <Status key="status" of="workspace" value="in-sync" isBadge />],
            ['Digest', <Text key="digest" isMono>sha256:9c1e04b7</Text>],
            ['Changed', <Time key="changed" at={ago(3_600)} />],
            ['Size', <Bytes key="size" value={48_211} />],
            null,
          ]}
        />
      </Specimen>
      <Specimen
        name="Time"
        rule="Relative for a week, then the date; hovering has both. What runs counts on while it is shown."
      >
        <Stack gap={1}>
          {[3, 20, 240, 7_200, 260_000, 900_000].map((seconds) => (
            <Row key={seconds} gap={4}>
              <Time at={ago(seconds)} />
              <Text level={3}>
                <Time at={ago(seconds)} form="short" />
              </Text>
              <Text level={3}>
                <Time at={ago(seconds)} form="clock" />
              </Text>
            </Row>
          ))}
          <Row gap={4}>
            <Duration from={ago(75)} />
            <Duration from={ago(75)} isStopwatch />
            <Duration from={ago(300)} to={ago(281.8)} />
            <Duration from={ago(9_000)} to={ago(1_000)} />
          </Row>
        </Stack>
      </Specimen>
    </>
  )
}
