// What machines write: commands, code, differences, phases.
import { Code, CodeFrame } from '@/ui/code'
import { Command } from '@/ui/command'
import { Diff, ValueDiff } from '@/ui/diff'
import { Stack } from '@/ui/layout'
import { Progress } from '@/ui/progress'
import { Rail } from '@/ui/rail'
import { Text } from '@/ui/text'
import { Duration } from '@/ui/time'
import { after, ago, before, frame } from './examples'
import { Specimen } from './specimen'
import styles from './specimen.module.css'

export function CodeSpecimens() {
  return (
    <>
      <Specimen name="Code and differences" rule="Monospace for what a machine wrote. Marks show the part that changed; lines are not painted as a whole.">
        <Command text="slipway run start --workspace shop-prod-orders-db" />
        <Code text={after} language="hcl" copy="the configuration" />
        <Code text={'{ "name": "orders", "replicas": 3, "public": false }'} language="json" />
        <Diff before={before} after={after} context={1} />
        <CodeFrame frame={frame} line={41} part="aws_kms_key.storag" message="Reference to undeclared resource. Did you mean storage?" />
        <CodeFrame frame={frame} line={40} severity="warning" part="var.engine_version" message="Variable is deprecated." />
        <Stack gap={1}>
          <ValueDiff before={{ text: '"15.8"' }} after={{ text: '"16.4"' }} />
          <ValueDiff before={{ text: '"orders.c1x2.eu-west-1.rds.amazonaws.com"' }} after={{ text: '"orders.c1x2.eu-central-1.rds.amazonaws.com"' }} />
          <ValueDiff before={{ text: '"orders.c1x2.eu-west-1…"' }} after={{ text: null, isUnknown: true }} />
          <ValueDiff before={{ text: null, isSensitive: true }} after={{ text: null, isSensitive: true }} />
          <ValueDiff before={{ text: '"orders-pg15"' }} after={{ text: null }} />
          <ValueDiff before={null} after={{ text: 'true' }} />
        </Stack>
      </Specimen>
      <Specimen name="The rail" rule="One thin way with stations: phases, steps. Solid behind, dashed ahead. A mark is a second.">
        <div className={styles.rails}>
          <Rail
            label="Phases"
            stations={[
              { name: 'Queued', icon: 'ok', end: '0.04 s' },
              { name: 'Fetch', icon: 'ok', end: '0.3 s', detail: '12 files, from cache' },
              { name: 'Plan', icon: 'ok', end: '18.2 s', seconds: 18.2, detail: 'init skipped, refresh 9.6 s' },
              { name: 'Policy', icon: 'warning', tone: 'warning', end: '0.6 s', detail: '3 pass, 1 advice' },
              { name: 'Confirm', icon: 'waiting', tone: 'accent', place: 'now', end: <Duration from={ago(247)} isStopwatch />, detail: '1 of 2 approvals' },
              { name: 'Apply', icon: 'todo', place: 'todo', end: '≈ 14 min', detail: 'from the last 5 applies' },
            ]}
          />
          <Stack gap={2}>
            <Text>Applying, 14 of 22</Text>
            <Progress value={14} of={22} label="Applying" />
          </Stack>
        </div>
      </Specimen>
    </>
  )
}
